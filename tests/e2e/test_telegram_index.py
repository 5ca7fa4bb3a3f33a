"""The Telegram bot over a real index, in files and in PostgreSQL, and the real chain; only the
embedding is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from index.ingestion.builder import build
from index.store.factory import Location
from tests.botapi.server import BotServer
from tests.e2e.real_index import running_over
from tests.fakes import FakeEmbedder
from tests.index.store.postgres_stores import postgres_store
from tests.postgres.server import Server

READER = 42
DECIPHERED = "Champollion déchiffre les hiéroglyphes en 1822 grâce à la pierre de Rosette."
FIRE = "The Great Fire of London began in a bakery on Pudding Lane in 1666."

ARTICLES = {
    "champollion.md": f"""---
title: Champollion et les hiéroglyphes
author: Claire Morel
published: 2022-09-14
url: https://exemple.fr/champollion
language: fr
---

Jean-François Champollion naît à Figeac en 1790. {DECIPHERED} La pierre est au musée.

Le Louvre lui confie ensuite ses collections d’Égypte.
""",
    "fire.md": f"""---
title: The Great Fire
author: Anna Hart
published: 2021-09-02
url: https://example.org/fire
language: en
---

{FIRE} It burned for four days and destroyed the old cathedral.
""",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(params=["files", "postgres"])
def location(request: pytest.FixtureRequest, tmp_path: Path, corpus: Path) -> Iterator[Location]:
    """Where the index lies: in files, or in PostgreSQL."""
    with ExitStack() as opened:
        place: Location = tmp_path / "data"
        if request.param == "postgres":
            vectors: Server = request.getfixturevalue("vector_server")
            place = opened.enter_context(postgres_store(vectors, tmp_path))
        build([corpus], place, FakeEmbedder())
        yield place


async def test_a_button_outlives_a_rebuild_until_its_article_changes(
    server: BotServer, corpus: Path, location: Location
) -> None:
    async with running_over(server, location, 0.0):
        answer = await server.reply_to(READER, "Qui déchiffre les hiéroglyphes en 1822 ?")
        (corpus / "fire.md").unlink()
        build([corpus], location, FakeEmbedder())
        assert (await server.reply_to_press(answer)).styled("bold")[-1] == DECIPHERED
        article = corpus / "champollion.md"
        changed = article.read_text(encoding="utf-8").replace("en 1822", "en septembre 1822")
        article.write_text(changed, encoding="utf-8")
        build([corpus], location, FakeEmbedder())
        assert "n’est plus dans l’index" in (await server.reply_to_press(answer)).text
