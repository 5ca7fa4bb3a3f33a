"""Somebody in distress gets numbers everywhere on Telegram, and their words are kept nowhere."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from bot.answer import Answer
from bot.answering.distress import DistressGate
from bot.help_numbers import Help, parse_help_numbers
from bot.library.articles import Library
from tests.bot.answers import help_answer
from tests.bot.messenger.samples import FRESNEL
from tests.botapi.server import BotServer
from tests.e2e.database import all_rows
from tests.e2e.speech import HeardSpeech
from tests.e2e.telegram import QUESTION, StubChain, running, settled
from tests.index.samples import index, live

READER, STRANGER, ADMIN, GROUP = 42, 43, 44, -100
DISTRESS = "je veux mourir ce soir"


class Gate:
    """Takes one text for distress."""

    def answer(self, text: str) -> Answer | None:
        if DISTRESS not in text:
            return None
        return help_answer(Help("suicide", parse_help_numbers("france")), "fr")


@pytest.fixture
def speech(tmp_path: Path) -> HeardSpeech:
    speech = HeardSpeech(tmp_path / "speech")
    speech.words = DISTRESS
    return speech


@pytest_asyncio.fixture
async def bot(
    server: BotServer,
    chain: StubChain,
    speech: HeardSpeech,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[BotServer]:
    caplog.set_level(logging.DEBUG)
    index([FRESNEL], tmp_path / "data")
    library = Library(live(tmp_path / "data"))
    gate = cast("DistressGate", Gate())
    async with running(server, chain, library, speech=speech, gate=gate, admins=(ADMIN,)):
        yield server


async def test_every_door_gives_numbers_and_keeps_nothing(
    bot: BotServer, chain: StubChain, caplog: pytest.LogCaptureFixture
) -> None:
    private = await bot.reply_to(READER, DISTRESS)
    group = await bot.reply_to(GROUP, f"@selon_test_bot {DISTRESS}", kind="group", person=READER)
    command = await bot.reply_to(READER, f"/demander {DISTRESS}")
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
    assert DISTRESS not in str(all_rows())
    assert DISTRESS not in caplog.text

    assert "mourir" not in (await bot.reply_to(ADMIN, "/sansreponse")).text


async def test_who_may_not_ask_and_who_asks_too_much_get_numbers_all_the_same(
    server: BotServer, chain: StubChain
) -> None:
    listed = {"access": "list", "allowed_users": (READER,), "question_burst": 1}
    async with running(server, chain, gate=cast("DistressGate", Gate()), **listed):
        for text in ("Bonjour", DISTRESS):
            stranger = await server.reply_to(STRANGER, text)
        await server.reply_to(READER, QUESTION)
        busy = await server.reply_to(READER, DISTRESS)
    assert "3114" in stranger.text
    assert "3114" in busy.text
    assert chain.questions == [QUESTION]


async def test_an_edit_and_a_comment_that_tell_of_distress_are_not_kept(bot: BotServer) -> None:
    asked = bot.user_says(READER, QUESTION)
    answer = await bot.next_message()
    bot.user_edits(READER, asked, DISTRESS)
    assert "3114" in (await bot.next_message()).text
    why = await bot.reply_to_press(answer, "👎 Pas utile")
    assert "3114" in (await bot.reply_to(READER, f"Parce que {DISTRESS}", reply_to=why)).text
    await settled(4)
    assert DISTRESS not in str(all_rows())
