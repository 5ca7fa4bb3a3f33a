"""Updates by webhook: what is answered, who may call, and that a stop loses nothing."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, QUESTION = 42, "Quand Fresnel est-il né ?"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    return chain


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    return number


def called_at(port: int) -> dict[str, object]:
    return {"webhook_url": f"http://127.0.0.1:{port}/telegram", "webhook_port": port}


async def test_a_webhook_is_set_and_what_it_brings_is_answered(
    server: BotServer, chain: StubChain, port: int
) -> None:
    async with running(server, chain, Shelf(FRESNEL), **called_at(port)):
        server.user_says(READER, QUESTION)
        answer = await server.next_message()
        server.presses(answer)
        passage = await server.next_message()
    assert answer.text.startswith(f"«\u00a0{BIRTH}")
    assert passage.styled("bold")[-1] == BIRTH
    assert server.hook.url == f"http://127.0.0.1:{port}/telegram"
    assert not [name for name, _ in server.calls if name == "getUpdates"]
    assert set(server.hook.statuses) == {200}


async def test_what_telegram_told_while_the_bot_was_down_is_answered_once(
    server: BotServer, chain: StubChain, port: int
) -> None:
    async with running(server, chain, Shelf(), **called_at(port)):
        pass
    server.user_says(READER, QUESTION)
    async with running(server, chain, Shelf(), **called_at(port)):
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
        await server.silence()


async def test_an_update_told_twice_is_answered_once(
    server: BotServer, chain: StubChain, port: int
) -> None:
    async with running(server, chain, Shelf(), **called_at(port)):
        server.user_says(READER, QUESTION)
        await server.next_message()
        [update] = server.hook.called
        headers = {HEADER: server.hook.secret or ""}
        async with aiohttp.ClientSession() as session:
            for _ in range(3):
                url = server.hook.url
                async with session.post(url, json=update, headers=headers) as reply:
                    assert reply.status == 200
        await server.silence()


@pytest.mark.parametrize("headers", [{}, {HEADER: "guessed-by-somebody"}])
async def test_who_does_not_know_the_secret_is_not_heard(
    server: BotServer, chain: StubChain, port: int, headers: dict[str, str]
) -> None:
    async with running(server, chain, Shelf(), **called_at(port)):
        async with aiohttp.ClientSession(headers=headers) as session:
            forged = {"update_id": 7, "message": {"text": QUESTION}}
            async with session.post(server.hook.url, json=forged) as reply:
                assert reply.status == 403
        await server.silence(0.2)
    assert chain.questions == []


async def status_of_call(url: str, *headers: str, piece: bytes = b"") -> bytes:
    """The first line of the reply to a call whose body is only declared; empty without one."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (f"POST {address.path} HTTP/1.1", f"Host: {address.netloc}", *headers, "", "")
    writer.write("\r\n".join(head).encode() + piece)
    try:
        async with asyncio.timeout(30):
            return (await reader.readline()).rstrip()
    finally:
        writer.close()


async def test_a_stranger_is_refused_before_a_byte_of_the_body_is_read(
    server: BotServer, chain: StubChain, port: int
) -> None:
    async with running(server, chain, Shelf(), **called_at(port)):
        for header in ("Content-Length: 900000", "Transfer-Encoding: chunked"):
            for secret in ("", f"{HEADER}: guessed-by-somebody"):
                headers = [each for each in (header, secret) if each]
                assert await status_of_call(server.hook.url, *headers) == b"HTTP/1.1 403 Forbidden"


async def test_the_secret_is_that_of_the_settings_or_the_same_at_every_start(
    server: BotServer, chain: StubChain, port: int
) -> None:
    secrets = []
    for more in ({}, {}, {"webhook_secret": "chosen-by-the-operator"}):
        async with running(server, chain, Shelf(), **called_at(port), **more):
            secrets.append(server.hook.secret)
    assert secrets[0] == secrets[1] != secrets[2] == "chosen-by-the-operator"
    assert secrets[0] is not None
    assert len(secrets[0]) == 64
    assert server.token.partition(":")[2] not in secrets[0]


async def test_polling_again_takes_the_webhook_away(
    server: BotServer, chain: StubChain, port: int
) -> None:
    async with running(server, chain, Shelf(), **called_at(port)):
        pass
    async with running(server, chain, Shelf()):
        server.user_says(READER, QUESTION)
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
    assert server.hook.url == ""
