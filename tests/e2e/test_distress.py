"""Somebody in distress gets numbers at every door of Telegram, and their words are kept nowhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from sqlalchemy import MetaData, create_engine, select

from bot.answer import Answer
from bot.answering.distress import DistressGate
from bot.help_numbers import Help, parse_help_numbers
from bot.settings import load_settings
from bot.state.database import state_url
from tests.bot.answers import help_answer
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.speech import HeardSpeech
from tests.e2e.telegram import Shelf, StubChain, running, settled

READER, STRANGER, ADMIN, GROUP = 42, 43, 44, -100
DISTRESS = "je veux mourir ce soir"
QUESTION = "Quand Fresnel est-il né ?"


class Gate:
    """Takes one text for distress."""

    def answer(self, text: str) -> Answer | None:
        if DISTRESS not in text:
            return None
        return help_answer(Help("suicide", parse_help_numbers("france")), "fr")


@pytest.fixture
def chain() -> StubChain:
    return StubChain(**{QUESTION: answered(QUESTION, cite(1, BIRTH))})


@pytest.fixture
def speech(tmp_path: Path) -> HeardSpeech:
    speech = HeardSpeech(tmp_path / "speech")
    speech.words = DISTRESS
    return speech


@pytest_asyncio.fixture
async def bot(
    server: BotServer, chain: StubChain, speech: HeardSpeech, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[BotServer]:
    caplog.set_level(logging.DEBUG)
    gate = cast("DistressGate", Gate())
    shelf = Shelf(FRESNEL)
    async with running(server, chain, shelf, speech=speech, gate=gate, admins=(ADMIN,)):
        yield server


def rows() -> str:
    """Everything that the database holds."""
    settings = load_settings()
    engine = create_engine(state_url(settings.database_url, settings.data_dir))
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        kept = [connection.execute(select(each)).all() for each in tables.sorted_tables]
    engine.dispose()
    return repr(kept)


async def test_every_door_gives_numbers_and_keeps_nothing(
    bot: BotServer, chain: StubChain, caplog: pytest.LogCaptureFixture
) -> None:
    bot.user_says(READER, DISTRESS)
    private = await bot.next_message()
    bot.user_says(GROUP, f"@selon_test_bot {DISTRESS}", kind="group", person=READER)
    group = await bot.next_message()
    bot.user_says(READER, f"/demander {DISTRESS}")
    command = await bot.next_message()
    bot.user_speaks(READER, b"OggS")
    voice = await bot.next_message()
    query = bot.user_asks_inline(READER, DISTRESS)
    await bot.called("answerInlineQuery")
    (card,) = bot.inline_answers[query].results
    guest = await bot.guest_answer(bot.user_asks_as_guest(READER, "vrai ?", DISTRESS))
    await settled(5)

    for message in (private, group, command, voice):
        assert "3114" in message.text
        assert not message.buttons
        assert DISTRESS not in message.text
    assert group.reply_to is not None
    assert "3114" in card.title
    assert "112" in card.message.text
    assert "3114" in guest.message.text
    assert not chain.questions
    assert DISTRESS not in rows()
    assert DISTRESS not in caplog.text

    bot.user_says(ADMIN, "/sansreponse")
    assert "mourir" not in (await bot.next_message()).text


async def test_who_may_not_ask_and_who_asks_too_much_get_numbers_all_the_same(
    server: BotServer, chain: StubChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_ACCESS", "list")
    monkeypatch.setenv("SELON_ALLOWED_USERS", str(READER))
    monkeypatch.setenv("SELON_QUESTION_BURST", "1")
    async with running(server, chain, Shelf(FRESNEL), gate=cast("DistressGate", Gate())):
        for text in ("Bonjour", DISTRESS):
            server.user_says(STRANGER, text)
            stranger = await server.next_message()
        server.user_says(READER, QUESTION)
        await server.next_message()
        server.user_says(READER, DISTRESS)
        busy = await server.next_message()
    assert "3114" in stranger.text
    assert "3114" in busy.text
    assert chain.questions == [QUESTION]


async def test_an_edit_and_a_comment_that_tell_of_distress_are_not_kept(
    bot: BotServer, chain: StubChain
) -> None:
    asked = bot.user_says(READER, QUESTION)
    answer = await bot.next_message()
    bot.user_edits(READER, asked, DISTRESS)
    assert "3114" in (await bot.next_message()).text
    bot.presses(answer, next(each for each in answer.buttons if each.text == "👎"))
    why = await bot.next_message()
    bot.user_says(READER, f"Parce que {DISTRESS}", reply_to=why)
    assert "3114" in (await bot.next_message()).text
    await settled(4)
    assert DISTRESS not in await asyncio.to_thread(rows)
