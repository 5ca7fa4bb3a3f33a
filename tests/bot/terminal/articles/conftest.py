"""A small corpus of an operator, indexed without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.main import run
from bot.settings import index_store, load_settings
from tests.bot.terminal.conftest import Capture
from tests.postgres.server import Server

Write = Callable[..., Path]


def current_id() -> str | None:
    """The generation in service, wherever the settings keep the index."""
    return index_store(load_settings()).current_id()


in_postgres_too = pytest.mark.parametrize("index_url", ["files", "postgres"], indirect=True)
"""For what goes through everything that changes an index; the tests of stores have the rest."""


@pytest.fixture(autouse=True)
def index_url(
    request: pytest.FixtureRequest, assembled: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Where the index is kept, which is there and empty."""
    if getattr(request, "param", "files") == "files":
        yield
        return
    server: Server = request.getfixturevalue("vector_server")
    with server.database() as url:
        monkeypatch.setenv("SELON_INDEX_URL", url)
        yield


@pytest.fixture
def write(home: Path) -> Write:
    """Writes an article of the corpus: its file's name, its words, and what its header says."""

    def written(name: str, words: str, **facts: str) -> Path:
        path = home / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        header = "".join(f"{fact}: {said}\n" for fact, said in facts.items())
        path.write_text(f"---\n{header}language: fr\n---\n\n{words}\n", encoding="utf-8")
        return path

    return written


WIRE = (
    "Louis Braille met au point son alphabet à seize ans, dans l’institution où il étudie. "
    "Il compte soixante-trois signes, faits de un à six points en relief que les doigts lisent. "
    "La méthode est d’abord interdite en classe, où l’on juge qu’elle isole les élèves aveugles. "
    "Les élèves s’en servent pourtant en cachette, pour prendre des notes et s’écrire des lettres. "
    "Elle ne devient officielle qu’après la mort de son inventeur, puis gagne le monde entier."
)


@pytest.fixture
def corpus(write: Write) -> Path:
    """Three articles and a reprint of one of them."""
    write(
        "minitel.md",
        "Le Minitel est lancé en 1982. Il disparaît trente ans plus tard.",
        title="Le Minitel",
        author="Claire Dubreuil",
        date="2024-05-03",
        outlet="Le Phare",
    )
    write("tgv.md", "Le TGV roule depuis 1981. Il relie Paris à Lyon.", title="Le TGV")
    write(
        "braille.md",
        WIRE,
        title="Braille invente son alphabet",
        date="2025-08-29",
        outlet="Le Phare",
        author="Claire Dubreuil",
    )
    return write(
        "reprise.md", WIRE, title="L’alphabet des aveugles", date="2025-08-28", outlet="La Gazette"
    ).parent


@pytest.fixture
def indexed(corpus: Path, capsys: Capture) -> Path:
    """The corpus, once indexed."""
    assert run(["index"]) == 0
    capsys.readouterr()
    return corpus
