"""What people can count on from one day to the next: the real model, the calibrated confidence,
a real index that changes, and a bot that is stopped and started between two messages."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.assembly import chain_over, open_index
from bot.library.articles import Library
from bot.library.documents import Documents
from bot.settings import load_settings
from index.ingestion.builder import build
from index.models.base import Embedder
from tests.botapi.server import BotServer
from tests.e2e.telegram import running
from tests.index.formats.pdfs import lines, pdf
from tests.web.site import Answer, Site

CORPUS = Path(__file__).parents[2] / "corpus"
FILES = ("marie-curie.md", "tgv.md", "victor-hugo.md", "great-fire-of-london.md", "penicillin.md")
READER, OTHER, GROUP = 42, 43, -100
BREAD = "Combien coûte une baguette de pain à Quimper ?"
BODY = "À Quimper, une baguette de pain coûte désormais 1,30 euro, selon les boulangers."
PAPER = pdf([[*lines(["La baguette à Quimper"], size=20, bold=True), *lines([BODY], top=150)]])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, bundled: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build([CORPUS / name for name in FILES], folder, bundled)
    return folder


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    """An index of one's own, where the bot of a test keeps what people leave behind too."""
    return Path(shutil.copytree(built, tmp_path / "data"))


@asynccontextmanager
async def bot(server: BotServer, data_dir: Path) -> AsyncIterator[None]:
    """The bot as `selon bot` puts it together, over the index of this folder."""
    settings = load_settings(data_dir=data_dir)
    index = open_index(settings)
    documents = Documents(settings, index.embedder)
    async with running(server, chain_over(index, settings), Library(index), documents=documents):
        yield


async def test_a_follow_up_is_understood_until_the_conversation_is_over(data_dir: Path) -> None:
    async with BotServer() as server:
        async with bot(server, data_dir):
            born = await server.reply_to(READER, "Quand Marie Curie est-elle née ?")
            await server.reply_to(READER, "Où Victor Hugo est-il né ?")
        async with bot(server, data_dir):
            entered = (await server.reply_to(READER, "Quand est-il entré à l’Académie ?")).text
            died = (await server.reply_to(READER, "De quoi est-elle morte ?", reply_to=born)).text
            await server.reply_to(READER, "/nouveau")
            fresh = (await server.reply_to(READER, "Qui l’a dessiné ?")).text
    assert "7 janvier 1841" in entered
    understood, _, _ = died.partition("\n")
    assert understood.startswith("Question comprise")
    assert "Marie Curie" in understood
    assert not fresh.startswith("Question comprise")


async def test_a_pdf_and_an_address_serve_one_conversation(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_EDITORS", str(READER))
    page = (
        "<html lang=fr><head><title>Le moulin</title></head><body><article><h1>Le moulin de la "
        "Roche</h1><p>Le conseil municipal a voté la restauration du moulin de la Roche, qui "
        "coûtera 240 000 euros. Les travaux commenceront en mars et dureront huit mois.</p>"
        "</article></body></html>"
    )
    with Site() as site:
        site.pages["/moulin"] = Answer(page)
        monkeypatch.setenv("SELON_FETCH_ALLOW", f"127.0.0.1:{site.port}")
        async with BotServer() as server, bot(server, data_dir):
            server.user_sends_file(READER, "sans-nom", PAPER)
            server.presses(await server.next_message(), 1)
            await server.edit_with("ne sert qu’ici")
            server.presses(await server.reply_to(READER, f"{site.url}/moulin"), 1)
            await server.edit_with("ne sert qu’ici")
            bread = await server.reply_to(READER, BREAD)
            mill = await server.reply_to(
                READER, "Combien coûtera la restauration du moulin de la Roche ?"
            )
            theirs = await server.reply_to(OTHER, BREAD)
    assert "1,30 euro" in bread.text
    assert "240 000 euros" in mill.text
    assert theirs.text.startswith("Je ne sais pas")
