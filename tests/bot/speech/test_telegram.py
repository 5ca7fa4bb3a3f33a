"""Questions by voice and answers read aloud, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.errors import SpeechError
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from index.build.builder import build
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.live import LiveIndex
from tests.botapi.messages import Button, Message
from tests.botapi.server import BotServer
from tests.e2e.speech import QUESTION, HeardSpeech
from tests.e2e.telegram import running
from tests.fakes import FakeEmbedder

READER = 43
TEXT = """---
title: La lentille de Cordouan
outlet: Le Phare
date: 2025-08-29
---

Augustin Fresnel a inventé la lentille à échelons de Cordouan."""


@pytest.fixture
def speech(tmp_path: Path) -> HeardSpeech:
    return HeardSpeech(tmp_path / "speech")


@pytest_asyncio.fixture
async def server(tmp_path: Path, speech: HeardSpeech) -> AsyncIterator[BotServer]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "lentille.md").write_text(TEXT, "utf-8")
    build([corpus], tmp_path / "data", FakeEmbedder())
    index = LiveIndex(tmp_path / "data", FakeEmbedder(), ConfidenceModel.load())
    chain = FollowUpChain(RetrievalQA(index, ExtractiveAnswerer(Thresholds.at(0.05))), index.search)
    async with (
        BotServer() as server,
        running(server, chain, Library(index), speech=speech),
    ):
        yield server


def button(message: Message, text: str) -> Button:
    return next(each for each in message.buttons if each.text == text)


def buttons(message: Message) -> list[str]:
    return [button.text for button in message.buttons]


@pytest.mark.parametrize("field", ["voice", "audio", "video_note"])
async def test_a_recording_is_heard_shown_answered_and_the_answer_read_aloud(
    server: BotServer, speech: HeardSpeech, field: str
) -> None:
    server.user_speaks(READER, b"OggS question", field=field)  # type: ignore[arg-type]

    heard = await server.next_message(10)
    answer = await server.next_message(10)
    spoken = await server.next_message(10)

    assert heard.text == f"Question entendue\u00a0: «\u00a0{QUESTION}\u00a0»"
    assert [(button.text, button.copied) for button in heard.buttons] == [
        ("✏️ Copier pour corriger", QUESTION)
    ]
    assert "Augustin Fresnel" in answer.text
    assert "🔊" in buttons(answer)
    assert spoken.file is not None
    assert spoken.file.kind == "voice"
    assert [line.text for line in speech.said] == [
        "Selon Le Phare, le 29 août 2025\u00a0:",
        "Augustin Fresnel a inventé la lentille à échelons de Cordouan.",
    ]
    assert "Le Phare" in speech.names
    assert "La lentille de Cordouan" in speech.names


async def listened(server: BotServer, answer: Message) -> Message:
    """What comes when somebody presses 🔊 below an answer."""
    server.presses(answer, button(answer, "🔊"))
    return await server.next_message(10)


async def test_a_written_question_is_read_aloud_by_its_button_alone(
    server: BotServer, speech: HeardSpeech
) -> None:
    server.user_says(READER, QUESTION)
    answer = await server.next_message(10)
    assert not speech.said

    spoken = await listened(server, answer)

    assert spoken.file is not None
    assert spoken.file.data == b"OggS spoken"


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

    assert (await server.next_message(10)).text == said


async def test_who_was_hardly_heard_is_asked_before_they_are_answered(
    server: BotServer, speech: HeardSpeech
) -> None:
    speech.doubtful = True
    server.user_speaks(READER, b"OggS question")
    asked = await server.next_message(10)
    assert asked.text == f"Vous demandez\u00a0: «\u00a0{QUESTION}\u00a0»\u00a0?"
    assert buttons(asked) == ["✅ Oui", "✏️ Copier pour corriger"]

    server.presses(asked, button(asked, "✅ Oui"))
    answer = await server.next_message(10)

    assert "Augustin Fresnel" in answer.text
    shown = next(each for each in server.messages if each.message_id == asked.message_id)
    assert shown.text == f"Question entendue\u00a0: «\u00a0{QUESTION}\u00a0»"


async def test_a_long_recording_is_not_even_fetched(server: BotServer) -> None:
    server.user_speaks(READER, b"OggS", seconds=601)

    said = (await server.next_message(10)).text

    assert said == (
        "Je n’ai pas pu vous entendre\u00a0: cet enregistrement dure plus de 10 minutes."
    )
    with pytest.raises(AssertionError):
        await server.called("getFile", within=0.1)


async def test_a_podcast_is_read_aloud_by_two_voices_behind_its_text(
    server: BotServer, speech: HeardSpeech
) -> None:
    server.user_says(READER, "/podcast lentille de Cordouan")
    text = await server.next_message(10)
    progress = await server.next_message(10)
    recording = await server.next_message(10)

    assert "Augustin Fresnel a inventé" in text.text
    assert progress.text.startswith("J’enregistre la version audio")
    assert buttons(progress) == ["Arrêter l’enregistrement"]
    assert recording.file is not None
    assert recording.file.kind == "audio"
    assert {line.speaker for line in speech.said} == {"first", "second"}
    assert progress.message_id not in {each.message_id for each in server.messages}
