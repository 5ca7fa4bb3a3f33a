"""Updates by webhook: what is answered, who may call, and that a stop loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio

from tests.bot.messenger.samples import BIRTH
from tests.botapi.server import BotServer
from tests.e2e.telegram import ANSWER, QUESTION, StubChain, running

READER = 42
HEADER = "X-Telegram-Bot-Api-Secret-Token"


def called_at(port: int) -> dict[str, object]:
    return {"webhook_url": f"http://127.0.0.1:{port}/telegram", "webhook_port": port}


async def test_a_webhook_is_set_and_what_it_brings_answered(server: BotServer, port: int) -> None:
    url = f"http://127.0.0.2:{port}/telegram"
    async with running(server, webhook_url=url, webhook_host="127.0.0.2", webhook_port=port):
        answer = await server.reply_to(READER, QUESTION)
        passage = await server.reply_to_press(answer)
    assert answer.text.startswith(ANSWER)
    assert passage.styled("bold")[-1] == BIRTH
    assert server.hook.url == url
    assert not [name for name, _ in server.calls if name == "getUpdates"]
    assert set(server.hook.statuses) == {200}


@pytest_asyncio.fixture
async def hooked(server: BotServer, chain: StubChain, port: int) -> AsyncIterator[None]:
    async with running(server, chain, **called_at(port)):
        yield


async def test_what_came_while_the_bot_was_down_is_answered_by_webhook_or_by_polling(
    server: BotServer, port: int
) -> None:
    for settings in (called_at(port), {}):
        async with running(server, **called_at(port)):
            pass
        server.user_says(READER, QUESTION)
        async with running(server, **settings):
            assert (await server.next_message()).text.startswith(ANSWER)
            await server.silence()
    assert server.hook.url == ""


@pytest.mark.usefixtures("hooked")
async def test_an_update_told_twice_is_answered_once(server: BotServer) -> None:
    await server.reply_to(READER, QUESTION)
    await server.hook.taken(1)
    [update] = server.hook.called
    headers = {HEADER: server.hook.secret or ""}
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            url = server.hook.url
            async with session.post(url, json=update, headers=headers) as reply:
                assert reply.status == 200
    await server.silence()


async def status_of_call(url: str, *headers: str) -> bytes:
    """The first line of the reply to a call whose body is only declared; empty without one."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (f"POST {address.path} HTTP/1.1", f"Host: {address.netloc}", *headers, "", "")
    writer.write("\r\n".join(head).encode())
    try:
        async with asyncio.timeout(30):
            return (await reader.readline()).rstrip()
    finally:
        writer.close()


@pytest.mark.usefixtures("hooked")
async def test_a_stranger_is_refused_before_a_byte_of_the_body_is_read(
    server: BotServer, chain: StubChain
) -> None:
    for header in ("Content-Length: 900000", "Transfer-Encoding: chunked"):
        for secret in ("", f"{HEADER}: guessed-by-somebody"):
            headers = [value for value in (header, secret) if value]
            assert await status_of_call(server.hook.url, *headers) == b"HTTP/1.1 403 Forbidden"
    forged = {"update_id": 7, "message": {"text": QUESTION}}
    async with (
        aiohttp.ClientSession() as session,
        session.post(server.hook.url, json=forged) as reply,
    ):
        assert reply.status == 403
    await server.silence(0.2)
    assert chain.questions == []


async def test_the_secret_is_the_chosen_one_or_stays_the_same(server: BotServer, port: int) -> None:
    secrets = []
    for more in ({}, {}, {"webhook_secret": "chosen-by-the-operator"}):
        async with running(server, **called_at(port), **more):
            secrets.append(server.hook.secret)
    assert secrets[0] == secrets[1] != secrets[2] == "chosen-by-the-operator"
    assert secrets[0] is not None
    assert len(secrets[0]) == 64
    assert server.token.partition(":")[2] not in secrets[0]
