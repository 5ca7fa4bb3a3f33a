"""What takes long holds up nobody: a turn queues it and ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.audio import Recording, Transcript
from bot.library.documents import Documents, ReceivedDocument
from index.ingestion.builder import build
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.real_index import INVENTOR, Held, running_over
from tests.e2e.speech import QUESTION, HeardSpeech
from tests.fakes import FakeEmbedder

ADMIN, EDITOR, OTHER, READER = 1, 42, 44, 43
GROUP = -100
TEXT = f"---\ntitle: La lentille\noutlet: Le Phare\ndate: 2025-08-29\n---\n\n{INVENTOR}"


class HeldSpeech(HeardSpeech):
    def __init__(self, folder: Path, held: Held) -> None:
        super().__init__(folder)
        self._held = held
        self.recorded = 0

    def hear(self, *given: Any, **more: Any) -> Transcript:
        self._held.hold()
        return super().hear(*given, **more)

    def record(self, *given: Any, **more: Any) -> Recording:
        self.recorded += 1
        self._held.hold()
        return super().record(*given, **more)


class HeldDocuments(Documents):
    held: Held

    def take(self, *given: Any) -> ReceivedDocument:
        self.held.hold()
        return super().take(*given)

    def fetch(self, *given: Any) -> ReceivedDocument:
        self.held.hold()
        return super().fetch(*given)


@pytest.fixture
def speech(tmp_path: Path, held: Held) -> HeldSpeech:
    return HeldSpeech(tmp_path / "speech", held)


@pytest_asyncio.fixture
async def server(
    corpus: Path, tmp_path: Path, held: Held, speech: HeldSpeech, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BotServer]:
    monkeypatch.setenv("SELON_ADMINS", f"{ADMIN}")
    monkeypatch.setenv("SELON_EDITORS", f"{EDITOR},{OTHER}")
    monkeypatch.setattr(HeldDocuments, "held", held, raising=False)
    (corpus / "lentille.md").write_text(TEXT, "utf-8")
    build([corpus], tmp_path / "data", FakeEmbedder())
    more = {"builder": held.build, "documents": HeldDocuments, "speech": speech}
    async with BotServer() as server, running_over(server, tmp_path / "data", **more):
        yield server
        held.let.set()


async def asked(server: BotServer, chat: int, person: int | None = None) -> Message:
    """A question there is answered."""
    if chat < 0:
        server.user_says(chat, f"/demander {QUESTION}", kind="supergroup", person=person)
    else:
        server.user_says(chat, QUESTION)
    answer = await server.next_message()
    assert (answer.chat_id, INVENTOR in answer.text) == (chat, True)
    return answer


async def test_a_group_is_answered_while_an_answer_is_read_aloud_or_a_question_heard(
    server: BotServer, held: Held, speech: HeldSpeech
) -> None:
    answer = await asked(server, GROUP, READER)
    assert await server.acknowledged(server.presses(answer, "🔊 Écouter", person=READER)) == ""
    again = server.presses(answer, "🔊 Écouter", person=READER + 1)
    assert await server.acknowledged(again) == "L’enregistrement est déjà en cours."
    await asked(server, GROUP, READER + 1)
    server.user_speaks(GROUP, b"OggS", kind="supergroup", person=READER, reply_to=answer)
    await asked(server, GROUP, READER + 1)
    held.let.set()
    got = [await server.next_message() for _ in range(4)]
    assert [message.file is not None for message in got].count(True) == 2  # the question was spoken
    heard = next(message for message in got if message.text.startswith("Question entendue"))
    replied = next(message for message in got if INVENTOR in message.text)
    assert heard.message_id < replied.message_id
    assert speech.recorded == 2
    await server.silence()


async def test_documents_and_addresses_hold_up_nobody(server: BotServer, held: Held) -> None:
    server.user_sends_file(EDITOR, "fresnel.txt", INVENTOR.encode())
    server.user_says(OTHER, "https://exemple.fr/article")
    await asked(server, EDITOR)
    await asked(server, OTHER)
    held.let.set()
    await server.next_message()
    await server.next_message()


async def test_filing_and_indexing_hold_up_nobody(
    server: BotServer, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HeldDocuments, "take", Documents.take)
    server.user_sends_file(OTHER, "question.txt", INVENTOR.encode(), caption=QUESTION)
    assert (await server.next_message()).text == "Je le range, un instant…"
    await asked(server, OTHER)
    server.user_sends_file(EDITOR, "fresnel.txt", INVENTOR.encode())
    server.presses(await server.next_message())
    assert (await server.next_edit()).text == "Je le range, un instant…"
    await asked(server, EDITOR)
    told = await server.reply_to(ADMIN, "/reindexer")
    assert "En attente d’une indexation déjà en cours…" in told.text
    await asked(server, ADMIN)
    held.let.set()
    answers = [await server.next_message() for _ in range(2)]
    assert {answer.chat_id for answer in answers} == {OTHER, ADMIN}
