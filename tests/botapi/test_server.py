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


async def test_requests_that_telegram_refuses(server: BotServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        unknown = await client.post(f"/bot{server.token}/sendMesage")
        stranger = await client.post("/bot1:abc/getMe")
        typo = await client.post(f"/bot{server.token}/getUpdates", json={"ofset": 1})
    assert (unknown.status_code, unknown.json()["description"]) == (404, "Not Found")
    assert stranger.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert 'unknown parameter "ofset"' in typo.json()["description"]


async def test_messages_that_telegram_refuses(server: BotServer, bot: Bot) -> None:
    server.knows(READER)
    for text in ("", "<b> </b>", "😀" * 2049, "<b>a"):
        with pytest.raises(BadRequest):
            await bot.send_message(READER, text, parse_mode="HTML")
    for button in (
        InlineKeyboardButton("Voir", callback_data="é" * 33),
        InlineKeyboardButton("Voir", url="nulle part"),
        InlineKeyboardButton("Voir"),
    ):
        keyboard = InlineKeyboardMarkup([[button]])
        with pytest.raises(BadRequest, match=r"(?i)button"):
            await bot.send_message(READER, "un", reply_markup=keyboard)


async def test_a_second_poll_ends_the_first(server: BotServer, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    async with Bot(server.token, base_url=f"{server.url}/bot") as other:
        assert await other.get_updates(timeout=0) == ()
    with pytest.raises(Conflict):
        await first


async def test_silence_and_its_contrary(
    server: BotServer, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.knows(READER)
    await server.silence(0.01)
    with monkeypatch.context() as impatient:
        impatient.setattr("tests.botapi.server.WAIT_SECONDS", 0.01)
        with pytest.raises(AssertionError, match="no message within"):
            await server.next_message()
    await bot.send_message(READER, "un")
    with pytest.raises(AssertionError, match="the bot said 'un'"):
        await server.silence(0.01)
