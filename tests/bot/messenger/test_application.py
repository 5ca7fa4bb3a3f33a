"""The application's life: tokens, networks, logs."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.errors import SettingsError
from bot.messenger.running import requests
from bot.messenger.running.application import serve, telegram_token
from bot.settings import load_settings
from tests.bot.messenger.samples import BIRTH, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, settings_for

READER = 42
QUESTION = "Quand Fresnel est-il né ?"


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "REFUSAL_WAITS_SECONDS", (0.0, 0.01, 0.01))


@pytest.fixture
def chain() -> StubChain:
    return StubChain(**{QUESTION: answered(QUESTION, cite(1, BIRTH))})


@pytest.mark.parametrize("token", ["secret", "123:with space", "bot123:AAsecret", "123:été"])
def test_what_cannot_be_a_token_is_one_line_that_does_not_repeat_it(token: str) -> None:
    with pytest.raises(SettingsError, match="token-malformed") as error:
        telegram_token(load_settings(telegram_token=token))
    assert token not in str(error.value)


async def test_a_token_refused_at_once_is_one_line_without_the_token(
    server: BotServer, chain: StubChain, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = "123456:AAnot-the-right-token"
    with pytest.raises(SettingsError) as error:
        await serve(settings_for(server, token), chain, Shelf(), asyncio.Event())
    assert str(error.value).startswith(f"token-refused (address={server.url}")
    assert "\n" not in str(error.value)
    assert token not in f"{error.value} {error.value.__cause__} {caplog.text}"


async def test_a_server_that_is_slow_is_waited_for(server: BotServer, chain: StubChain) -> None:
    server.fail_next("getMe", 502, description="Bad Gateway")
    server.fail_next("getMe", 502, description="Bad Gateway")
    async with running(server, chain, Shelf(), patience=(0.01, 0.01)):
        assert (await server.reply_to(READER, QUESTION)).text.startswith(f"«\u00a0{BIRTH}")


async def test_a_token_revoked_later_ends_the_bot(server: BotServer, chain: StubChain) -> None:
    task = asyncio.create_task(serve(settings_for(server), chain, Shelf(), asyncio.Event()))
    await server.called("getUpdates")
    server.token = "1:another"
    server.user_says(READER, QUESTION)
    with pytest.raises(SettingsError, match="token-refused"):
        await asyncio.wait_for(task, 60)


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getUpdates", "sendMessage"])
async def test_a_stray_refusal_is_borne(server: BotServer, chain: StubChain, method: str) -> None:
    server.fail_next(method, 401, description="Unauthorized")
    async with running(server, chain, Shelf()):
        assert (await server.reply_to(READER, QUESTION)).text.startswith(f"«\u00a0{BIRTH}")
        await server.reply_to(READER, QUESTION)
    assert server.faults_left == 0
