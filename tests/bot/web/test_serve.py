"""The server: what is too slow is cut off, and the page and its health are served together."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx2
import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from bot.errors import MessengerError
from bot.locale.errors import error_text
from bot.messenger.running import application
from bot.start_links import question_payload
from bot.terminal.web import serve_pages
from bot.web import serve
from bot.web.app import BodyDeadline
from bot.web.serve import serve_beside
from bot.web.service import WebService
from tests.bot.messenger.samples import LENS
from tests.bot.web.conftest import QUESTION
from tests.botapi.server import BotServer
from tests.e2e.telegram import settings_for
from tests.postgres.server import free_port

WAIT_SECONDS = 60


@contextmanager
def beside(service: WebService) -> Iterator[str]:
    """The address of the pages, served beside other work on a loop of its own."""
    listening, stop, address = threading.Event(), asyncio.Event(), list[str]()
    loop = asyncio.new_event_loop()

    def ready(at: str) -> None:
        address.append(at)
        listening.set()

    async def work() -> None:
        async with serve_beside(service, ready, ()):
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(work()))
    thread.start()
    try:
        assert listening.wait(WAIT_SECONDS)
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(WAIT_SECONDS)
        loop.close()


def test_connections_that_ask_nothing_are_closed_and_others_answered(
    service: WebService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "REQUEST_SECONDS", 1.0)
    port = service.settings.web_port = free_port()
    with beside(service) as address:
        idle = [socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) for _ in range(100)]
        idle[0].sendall(b"GET / HTTP/1.1\r\nHost: local")
        answer = httpx2.post(
            address, data={"q": QUESTION}, follow_redirects=True, timeout=WAIT_SECONDS
        )
        assert LENS in answer.text
        for connection in idle:
            with connection:
                assert connection.recv(1) == b""


def test_a_port_that_is_taken_is_named(service: WebService) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        service.settings.web_port = other.getsockname()[1]
        with pytest.raises(MessengerError) as caught:
            serve.serve_web(service.settings, print)
    assert caught.value.code == "port-taken"
    assert caught.value.parameters["setting"] == "SELON_WEB_PORT"
    assert "(adresse déjà prise)" in error_text(caught.value, "fr")


def test_a_host_that_has_no_address_is_not_a_port_that_is_taken(
    service: WebService, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = Mock(side_effect=socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    monkeypatch.setattr(socket, "create_server", unknown)
    with pytest.raises(MessengerError) as caught:
        serve.serve_web(service.settings, print)
    sentence = error_text(caught.value, "fr")
    assert sentence.endswith("SELON_WEB_PORT=8000 (aucune adresse pour cette machine)")


async def test_the_bot_opens_the_pages_beside_it(chain: Any, shelf: Any, tmp_path: Path) -> None:
    stop, ready = asyncio.Event(), asyncio.Event()
    async with BotServer() as server, httpx2.AsyncClient(follow_redirects=True) as client:
        settings = settings_for(server, web_port=free_port(), data_dir=tmp_path)
        pages = serve_pages((), settings)
        bot = asyncio.create_task(
            application.serve(settings, chain, shelf, stop, lambda _: ready.set(), (), beside=pages)
        )
        try:
            await asyncio.wait_for(ready.wait(), WAIT_SECONDS)
            page = f"http://127.0.0.1:{settings.web_port}/"
            answer = await client.post(page, data={"q": QUESTION}, timeout=WAIT_SECONDS)
            assert LENS in answer.text
            payload = question_payload(QUESTION)
            assert f'href="https://t.me/selon_test_bot?start={payload}"' in answer.text
        finally:
            stop.set()
            await asyncio.wait_for(bot, WAIT_SECONDS)


async def test_a_body_has_a_deadline() -> None:
    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    with pytest.raises(HTTPException) as caught:
        await BodyDeadline(read, seconds=0.05)({"type": "http"}, never, send)
    assert caught.value.status_code == 408
