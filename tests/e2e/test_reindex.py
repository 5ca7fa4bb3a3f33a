"""The index built again from the chat, over HTTP, a real index and real files."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from bot.messenger.handlers import reindex
from index.models.base import Vectors
from tests.botapi.server import BotServer
from tests.e2e.real_index import CANAL, INVENTION, INVENTOR, running_over
from tests.fakes import FakeEmbedder, build_here

ADMIN, READER = 1, 42
CANAL_QUESTION = "Que relie le canal ?"


class HeldEmbedder(FakeEmbedder):
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
def embedder() -> HeldEmbedder:
    return HeldEmbedder()


@pytest_asyncio.fixture
async def server(
    data_dir: Path, embedder: HeldEmbedder, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BotServer]:
    monkeypatch.setenv("SELON_ADMINS", f"{ADMIN}")
    monkeypatch.setattr(reindex, "PROGRESS_SECONDS", 0.05)
    builder = build_here(embedder)
    async with BotServer() as server, running_over(server, data_dir, builder=builder):
        yield server


async def test_a_build_is_stopped_and_another_answers_with_what_is_new(
    server: BotServer, corpus: Path, embedder: HeldEmbedder
) -> None:
    (corpus / "fresnel.txt").write_text(f"La lentille de Cordouan\n\n{INVENTOR}\n", "utf-8")
    (corpus / "vide.txt").write_text("", "utf-8")
    embedder.let.clear()
    message = await server.reply_to(ADMIN, "/reindexer")
    assert message.text.startswith("Indexation lancée.")
    assert message.labels == ["Arrêter"]
    shown = await server.edit_with("Calcul des vecteurs")
    assert "Les questions continuent de recevoir une réponse." in shown.text
    assert CANAL[:-1] in (await server.reply_to(READER, CANAL_QUESTION)).text
    assert "being built already" in (await server.reply_to(ADMIN, "/reindex", "en")).text
    assert await asyncio.to_thread(embedder.begun.wait, 30)
    assert (await server.reply_to_press(message)).text == "J’arrête dès que possible."
    embedder.let.set()
    assert "l’index en place n’a pas changé" in (await server.next_message()).text
    assert CANAL[:-1] in (await server.reply_to(READER, CANAL_QUESTION)).text
    assert (await server.reply_to_press(message)).text == "Aucune indexation n’est en cours."

    progress = await server.reply_to(ADMIN, "/reindexer")
    done = (await server.next_message()).text.splitlines()
    assert done[0].startswith("C’est fait, en ")
    assert done[1].startswith("2 articles, ")
    assert done[2].startswith("Ajoutés\u00a0: 1\u202f; modifiés\u00a0: 0\u202f; ")
    assert done[3] == "1 fichier laissé de côté\u00a0:"
    assert "vide.txt" in done[4]
    await server.called("deleteMessage", 2)
    assert progress.message_id not in {message.message_id for message in server.messages}
    assert (await server.reply_to(READER, INVENTION)).text.startswith(f"«\u00a0{INVENTOR}")
