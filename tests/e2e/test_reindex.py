"""The index built again from the chat, over HTTP, a real index and real files."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from bot.library.documents import Documents
from bot.messenger.handlers import reindex
from bot.settings import load_settings
from index.build.builder import build
from index.models.base import Vectors
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import running
from tests.fakes import FakeEmbedder, build_here

ADMIN, READER = 1, 42
QUESTION = "Qui a inventé la lentille à échelons de Cordouan ?"
SENTENCE = "Augustin Fresnel a inventé la lentille à échelons de Cordouan."


class HeldEmbedder(FakeEmbedder):
    """Embeds passages only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.let = threading.Event()
        self.let.set()

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        self.begun.set()
        assert self.let.wait(30)
        return super().embed_passages(texts, progress=progress)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "canal.txt").write_text("Le canal relie la ville à la mer depuis 1820.", "utf-8")
    return folder


@pytest.fixture
def data_dir(tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SELON_ADMINS", f"{ADMIN}")
    monkeypatch.setattr(reindex, "PROGRESS_SECONDS", 0.05)
    build([corpus], tmp_path / "data", FakeEmbedder())
    return tmp_path / "data"


@pytest.fixture
def embedder() -> HeldEmbedder:
    return HeldEmbedder()


@pytest_asyncio.fixture
async def server(data_dir: Path, embedder: HeldEmbedder) -> AsyncIterator[BotServer]:
    index = LiveIndex(data_dir, FakeEmbedder(), ConfidenceModel.load())
    chain = FollowUpChain(RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(0.05))), index.search)
    settings = load_settings(min_confidence=0.05, sure_confidence=0.05)
    documents = Documents(settings, FakeEmbedder(), build_here(embedder))
    async with (
        BotServer() as server,
        running(server, chain, Library(index), documents=documents),
    ):
        yield server


def add(corpus: Path) -> None:
    (corpus / "fresnel.txt").write_text(f"La lentille de Cordouan\n\n{SENTENCE}\n", "utf-8")


async def begun(server: BotServer) -> Message:
    server.user_says(ADMIN, "/reindexer")
    message = await server.next_message()
    assert message.text.startswith("Indexation lancée.")
    assert [button.text for button in message.buttons] == ["Arrêter"]
    return message


async def test_what_is_new_answers_once_it_is_built(server: BotServer, corpus: Path) -> None:
    add(corpus)
    (corpus / "vide.txt").write_text("", "utf-8")
    progress = await begun(server)
    done = (await server.next_message(60)).text.splitlines()
    assert done[0].startswith("C’est fait, en ")
    assert done[1].startswith("2 articles, ")
    assert done[2].startswith("Ajoutés\u00a0: 1\u202f; modifiés\u00a0: 0\u202f; ")
    assert done[3] == "1 fichier laissé de côté\u00a0:"
    assert "vide.txt" in done[4]
    await server.called("deleteMessage")
    assert progress.message_id not in {each.message_id for each in server.messages}
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{SENTENCE}")


async def test_questions_are_answered_while_it_builds_and_it_says_how_far(
    server: BotServer, corpus: Path, embedder: HeldEmbedder
) -> None:
    add(corpus)
    embedder.let.clear()
    await begun(server)
    shown = await server.next_edit()
    while "Calcul des vecteurs" not in shown.text:
        shown = await server.next_edit()
    assert "Les questions continuent de recevoir une réponse." in shown.text
    server.user_says(READER, "Que relie le canal ?")
    assert "Le canal relie la ville" in (await server.next_message()).text
    server.user_says(ADMIN, "/reindex", "en")
    assert "being built already" in (await server.next_message()).text
    embedder.let.set()
    assert (await server.next_message(60)).text.startswith("C’est fait")


async def test_a_build_is_stopped_and_the_old_answers_stay(
    server: BotServer, corpus: Path, embedder: HeldEmbedder
) -> None:
    add(corpus)
    embedder.let.clear()
    message = await begun(server)
    assert await asyncio.to_thread(embedder.begun.wait, 30)
    server.presses(message)
    assert (await server.next_message()).text == "J’arrête dès que possible."
    embedder.let.set()
    assert "l’index en place n’a pas changé" in (await server.next_message(60)).text
    server.user_says(READER, "Que relie le canal ?")
    assert "Le canal relie la ville" in (await server.next_message()).text
    server.presses(message)
    assert (await server.next_message()).text == "Aucune indexation n’est en cours."
