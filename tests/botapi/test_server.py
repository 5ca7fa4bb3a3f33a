"""The server, through the real client and through raw HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict

from tests.botapi.server import BotServer

READER = 42


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        yield server


@pytest_asyncio.fixture
async def bot(server: BotServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
        yield bot


@pytest_asyncio.fixture
async def chatting(server: BotServer, bot: Bot) -> Bot:
    """A bot to which the reader has already written."""
    server.user_says(READER, "Bonjour")
    await bot.get_updates()
    return bot


async def test_requests_that_telegram_refuses(server: BotServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        unknown = await client.post(f"/bot{server.token}/sendMesage")
        stranger = await client.post("/bot1:abc/getMe")
        typo = await client.post(f"/bot{server.token}/getUpdates", json={"ofset": 1})
    assert (unknown.status_code, unknown.json()["description"]) == (404, "Not Found")
    assert stranger.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert 'unknown parameter "ofset"' in typo.json()["description"]


async def test_a_second_poll_ends_the_first(server: BotServer, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    async with Bot(server.token, base_url=f"{server.url}/bot") as other:
        assert await other.get_updates(timeout=0) == ()
    with pytest.raises(Conflict):
        await first


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Message text is empty"),
        (" \n ", "Text must be non-empty"),
        ("<b> </b>", "Text must be non-empty"),
        ("a" * 4097, "Message is too long"),
        ("😀" * 2049, "Message is too long"),
        ("<b>a", "Can't parse entities"),
    ],
)
async def test_texts_that_telegram_refuses(chatting: Bot, text: str, reason: str) -> None:
    with pytest.raises(BadRequest, match="(?i)" + reason):
        await chatting.send_message(READER, text, parse_mode="HTML")


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        (InlineKeyboardButton("Voir", callback_data="é" * 33), "Button_data_invalid"),
        (InlineKeyboardButton("Voir", url="nulle part"), "is invalid"),
        (InlineKeyboardButton("Voir"), "Text buttons are unallowed"),
        (InlineKeyboardButton(" ", callback_data="v"), "can't parse inline keyboard button"),
    ],
)
async def test_buttons_that_telegram_refuses(
    chatting: Bot, button: InlineKeyboardButton, reason: str
) -> None:
    with pytest.raises(BadRequest, match="(?i)" + reason):
        await chatting.send_message(READER, "un", reply_markup=InlineKeyboardMarkup([[button]]))


async def test_silence_and_its_contrary(server: BotServer, chatting: Bot) -> None:
    await server.silence(0.01)
    with pytest.raises(AssertionError, match="no message within"):
        await server.next_message(0.01)
    await chatting.send_message(READER, "un")
    with pytest.raises(AssertionError, match="the bot said 'un'"):
        await server.silence(0.01)
