"""Messages arrive in order, once, in spite of the network; the typing indicator stays on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import NetworkError

from bot.messenger.outbound import retry
from bot.messenger.outbound.delivery import deliver, show_typing
from bot.state.conversations import ConversationPlace
from tests.botapi.server import BotServer

READER = 42
HERE = ConversationPlace(READER, 0, READER)
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Passage [1]", callback_data="p")]])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAITS_SECONDS", (0.01, 0.01))
    monkeypatch.setattr(retry, "LONGEST_WAIT_SECONDS", 0.01)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        server.user_says(READER, "Bonjour")
        yield server


@pytest_asyncio.fixture
async def bot(server: BotServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
        yield bot


async def test_the_first_message_replies_and_the_last_carries_the_buttons(
    server: BotServer, bot: Bot
) -> None:
    await deliver(bot, HERE, ["<b>un</b>", "deux", "trois"], KEYBOARD, reply_to=1)
    assert [message.text for message in server.messages] == ["un", "deux", "trois"]
    assert [message.reply_to for message in server.messages] == [1, None, None]
    assert [len(message.buttons) for message in server.messages] == [0, 0, 1]
    assert not any(message.preview for message in server.messages)


async def test_a_fault_that_lasts_a_day_is_raised(
    server: BotServer, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "GIVE_UP_SECONDS", 0.025)
    for _ in range(3):
        server.fail_next("sendMessage", 502, description="Bad Gateway")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await deliver(bot, HERE, ["un"])
    assert server.messages == ()


async def test_the_typing_indicator_is_renewed_until_the_end(server: BotServer, bot: Bot) -> None:
    server.fail_next("sendChatAction", 500)
    async with show_typing(bot, HERE, seconds=0.02):
        await server.called("sendChatAction", times=4)
    shown = len(server.actions)
    await asyncio.sleep(0.06)
    assert server.actions == ((READER, "typing"),) * shown
