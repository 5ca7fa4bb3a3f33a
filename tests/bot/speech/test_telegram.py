"""Questions by voice and answers read aloud, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.errors import SpeechError
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from index.search.confidence import Thresholds
from tests.bot.messenger.samples import FRESNEL
from tests.botapi.server import BotServer
from tests.e2e.speech import QUESTION, HeardSpeech
from tests.e2e.telegram import running
from tests.index.samples import index, live

READER = 43
SENTENCE = "Augustin Fresnel a inventé la lentille à échelons de Cordouan."


@pytest.fixture
def speech(tmp_path: Path) -> HeardSpeech:
    return HeardSpeech(tmp_path / "speech")


@pytest_asyncio.fixture
async def server(tmp_path: Path, speech: HeardSpeech) -> AsyncIterator[BotServer]:
    article = replace(FRESNEL, title="La lentille de Cordouan", text=SENTENCE, sections=())
    index([replace(article, outlet="Le Phare", published=date(2025, 8, 29))], tmp_path / "data")
    found = live(tmp_path / "data")
    chain = FollowUpChain(RetrievalQA(found, ExtractiveAnswerer(Thresholds.at(0.05))), found.search)
    async with BotServer() as server, running(server, chain, Library(found), speech=speech):
        yield server


@pytest.mark.parametrize("field", ["voice", "audio", "video_note"])
async def test_a_recording_is_heard_shown_answered_and_the_answer_read_aloud(
    server: BotServer, speech: HeardSpeech, field: str
) -> None:
    server.user_speaks(READER, b"OggS question", field=field)  # type: ignore[arg-type]
    heard = await server.next_message()
    answer = await server.next_message()
    spoken = await server.next_message()
    assert heard.text == f"Question entendue\u00a0: «\u00a0{QUESTION}\u00a0»"
    assert [(button.text, button.copied) for button in heard.buttons] == [
        ("✏️ Copier pour corriger", QUESTION)
    ]
    assert "Augustin Fresnel" in answer.text
    assert "🔊 Écouter" in answer.labels
    assert spoken.file is not None
    assert spoken.file.kind == "voice"
    assert [line.text for line in speech.said] == [
        "Selon Le Phare, le 29 août 2025\u00a0:",
        SENTENCE,
    ]
    assert "La lentille de Cordouan" in speech.names


async def test_a_written_question_is_read_on_demand(server: BotServer, speech: HeardSpeech) -> None:
    answer = await server.reply_to(READER, QUESTION)
    assert not speech.said
    spoken = await server.reply_to_press(answer, "🔊 Écouter")
    assert spoken.file is not None
    assert spoken.file.data == b"OggS spoken"


async def test_a_voice_that_fails_is_told(server: BotServer, speech: HeardSpeech) -> None:
    speech.problem = SpeechError("speech-crash")
    answer = await server.reply_to(READER, QUESTION)
    failed = (await server.reply_to_press(answer, "🔊 Écouter")).text
    assert failed.startswith("Je n’ai pas pu lire cette réponse à voix haute\u00a0: la voix s’est")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Aucune parole n’a été entendue dans cet enregistrement."),
        (
            SpeechError("speech-unreadable"),
            "Je n’ai pas pu vous entendre\u00a0: cet enregistrement est illisible.",
        ),
    ],
)
async def test_what_cannot_be_heard_is_told(
    server: BotServer, speech: HeardSpeech, words: str | SpeechError, said: str
) -> None:
    speech.words = words
    server.user_speaks(READER, b"noise")
    assert (await server.next_message()).text == said


async def test_who_was_hardly_heard_is_asked_first(server: BotServer, speech: HeardSpeech) -> None:
    speech.doubtful = True
    server.user_speaks(READER, b"OggS question")
    asked = await server.next_message()
    assert asked.text == f"Vous demandez\u00a0: «\u00a0{QUESTION}\u00a0»\u202f?"
    assert asked.labels == ["✅ Oui", "✏️ Copier pour corriger"]
    answer = await server.reply_to_press(asked, "✅ Oui")
    assert "Augustin Fresnel" in answer.text
    shown = next(message for message in server.messages if message.message_id == asked.message_id)
    assert shown.text == f"Question entendue\u00a0: «\u00a0{QUESTION}\u00a0»"


async def test_who_asked_at_length_is_asked_first_too(
    server: BotServer, speech: HeardSpeech
) -> None:
    speech.doubtful, speech.words = True, " ".join([QUESTION] * 8)
    server.user_speaks(READER, b"OggS question")
    asked = await server.next_message()
    assert asked.text.startswith("Vous demandez")
    assert asked.labels == ["✅ Oui"]
    assert "Augustin Fresnel" in (await server.reply_to_press(asked, "✅ Oui")).text


async def test_a_long_recording_is_not_even_fetched(server: BotServer) -> None:
    server.user_speaks(READER, b"OggS", seconds=601)
    said = (await server.next_message()).text
    assert said == (
        "Je n’ai pas pu vous entendre\u00a0: cet enregistrement dure plus de 10 minutes."
    )
    assert "getFile" not in {name for name, _ in server.calls}
