"""An OpenAI-compatible server that answers as a test tells it to, well or badly."""

from __future__ import annotations

import asyncio
import json
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


def says(
    *pieces: str,
    delay: float = 0,
    first: float = 0,
    finish: str | None = "stop",
    usage: tuple[int, int] | None = (11, 7),
) -> Behaviour:
    """The pieces, then why it stops and what was used, as a good server does."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _begun(request)
        await asyncio.sleep(first)
        await _send(response, {"role": "assistant", "content": ""})
        for piece in pieces:
            await _send(response, {"content": piece})
            await asyncio.sleep(delay)
        if finish is not None:
            await _send(response, {}, finish)
        if usage is not None:
            await _write(response, json.dumps(chunk(None, usage=usage)))
        await _write(response, "[DONE]")
        return response

    return behave


def pauses(before: str, go_on: asyncio.Event, after: str) -> Behaviour:
    """A piece, and another once it may."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _begun(request)
        await _send(response, {"content": before})
        await go_on.wait()
        await _send(response, {"content": after})
        await _send(response, {}, "stop")
        await _write(response, "[DONE]")
        return response

    return behave


def refuses(status: int, message: str = "no", headers: dict[str, str] | None = None) -> Behaviour:
    """An error in place of an answer."""

    async def behave(_: web.Request) -> web.StreamResponse:
        error = {"error": {"message": message, "type": "error", "code": status}}
        return web.json_response(error, status=status, headers=headers)

    return behave


def cuts_off(*pieces: str) -> Behaviour:
    """The pieces, and the connection is gone."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _begun(request)
        for piece in pieces:
            await _send(response, {"content": piece})
        await asyncio.sleep(0.05)
        assert request.transport is not None
        request.transport.abort()
        return response

    return behave


def writes(*lines: str, kind: str = "text/event-stream") -> Behaviour:
    """These lines, whatever they are."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _begun(request, kind)
        for line in lines:
            await response.write(f"{line}\n\n".encode())
        return response

    return behave


def goes_on(piece: str = "encore ", delay: float = 0.001) -> Behaviour:
    """The same piece for ever."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _begun(request)
        while True:
            await _send(response, {"content": piece})
            await asyncio.sleep(delay)

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


async def _begun(request: web.Request, kind: str = "text/event-stream") -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": kind})
    await response.prepare(request)
    return response


async def _send(
    response: web.StreamResponse, delta: dict[str, Any], finish: str | None = None
) -> None:
    await _write(response, json.dumps(chunk(delta, finish)))


async def _write(response: web.StreamResponse, data: str) -> None:
    await response.write(f"data: {data}\n\n".encode())


def chunk(
    delta: dict[str, Any] | None, finish: str | None = None, usage: tuple[int, int] | None = None
) -> dict[str, Any]:
    """An event of a stream; without a delta, one that only counts."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    counted = dict(zip(names, (*usage, sum(usage)), strict=True)) if usage else None
    known = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    return {**known, "choices": [] if delta is None else [choice], "usage": counted}
