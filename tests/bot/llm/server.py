"""An OpenAI-compatible server that answers as a test tells it to, well or badly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Scripted:
    """What was asked of the server, and what it does next; the last behaviour is for good."""

    url: str = ""
    behaviours: list[Behaviour] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client goes away before its answer is whole."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.reached.set()
        self.keys.append(request.headers.get("Authorization"))
        behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        try:
            return await behaviour(request)
        except (asyncio.CancelledError, ConnectionResetError):
            self.left.set()
            raise


@asynccontextmanager
async def serving(*behaviours: Behaviour) -> AsyncIterator[Scripted]:
    """A server on 127.0.0.1 as long as the block lasts."""
    scripted = Scripted(behaviours=list(behaviours))
    app = web.Application()
    app.router.add_post("/v1/chat/completions", scripted.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        scripted.url = f"http://{host}:{port}/v1"
        yield scripted
    finally:
        await runner.cleanup()


@contextmanager
def serving_apart(*behaviours: Behaviour) -> Iterator[Scripted]:
    """The same on a thread of its own, for what brings its own event loop."""
    ready: Future[Scripted] = Future()
    stop = asyncio.Event()

    async def serve() -> None:
        async with serving(*behaviours) as server:
            ready.set_result(server)
            await stop.wait()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield ready.result(30)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


def says(text: str, seconds: float = 0, usage: tuple[int, int] | None = (11, 7)) -> Behaviour:
    """A whole answer after so many seconds, and what was used."""

    async def behave(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.json_response(completion(text, usage))

    return behave


def refuses(status: int, message: str = "no", headers: dict[str, str] | None = None) -> Behaviour:
    """An error in place of an answer."""

    async def behave(_: web.Request) -> web.StreamResponse:
        error = {"error": {"message": message, "type": "error", "code": status}}
        return web.json_response(error, status=status, headers=headers)

    return behave


def cuts_off() -> Behaviour:
    """The connection is gone in the middle of an answer."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"id": "1", "choices": [{"message": {"content": "Louis ')
        assert request.transport is not None
        request.transport.abort()
        return response

    return behave


def writes(text: str, kind: str = "application/json") -> Behaviour:
    """This body, whatever it is."""

    async def behave(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind)

    return behave


def keeps_silent() -> Behaviour:
    """Nothing at all, for ever."""

    async def behave(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return behave


def sent(scripted: Scripted) -> Sequence[Any]:
    """The messages of the last request."""
    messages: Sequence[Any] = scripted.bodies[-1]["messages"]
    return messages


def completion(text: str, usage: tuple[int, int] | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    counted = dict(zip(names, (*usage, sum(usage)), strict=True)) if usage else None
    known = {"id": "1", "object": "chat.completion", "created": 1, "model": "scripted"}
    return {**known, "choices": [choice], "usage": counted}
