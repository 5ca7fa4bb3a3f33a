"""Servers that speak the providers' own protocols, each saying the same two pieces."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.bot.llm.server import chunk

PIECES = ("Louis ", "Braille.")
USED = (11, 7)


@dataclass(slots=True)
class Served:
    """What was asked of a server."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    async def openai(self, request: web.Request) -> web.StreamResponse:
        """Also Mistral's."""
        said = [{"role": "assistant", "content": piece} for piece in PIECES]
        lines = [*map(chunk, said), chunk({"role": "assistant", "content": ""}, "stop", USED)]
        return await self._said(request, [f"data: {json.dumps(each)}\n\n" for each in lines])

    async def ollama(self, request: web.Request) -> web.StreamResponse:
        ending = {"done_reason": "stop", "prompt_eval_count": USED[0], "eval_count": USED[1]}
        lines = [_line(piece) for piece in PIECES]
        lines.append({**_line(""), "done": True, **ending})
        return await self._said(request, [f"{json.dumps(each)}\n" for each in lines])

    async def anthropic(self, request: web.Request) -> web.StreamResponse:
        events: list[tuple[str, dict[str, Any]]] = [("message_start", {"message": _message()})]
        block = {"index": 0, "content_block": {"type": "text", "text": ""}}
        events.append(("content_block_start", block))
        for piece in PIECES:
            delta = {"index": 0, "delta": {"type": "text_delta", "text": piece}}
            events.append(("content_block_delta", delta))
        events.append(("content_block_stop", {"index": 0}))
        ending = {"stop_reason": "end_turn", "stop_sequence": None}
        usage = {"input_tokens": USED[0], "output_tokens": USED[1]}
        events += [("message_delta", {"delta": ending, "usage": usage}), ("message_stop", {})]
        written = [(kind, json.dumps({"type": kind, **data})) for kind, data in events]
        return await self._said(
            request, [f"event: {kind}\ndata: {data}\n\n" for kind, data in written]
        )

    async def _said(self, request: web.Request, lines: list[str]) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.headers.append(str(dict(request.headers)))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for line in lines:
            await response.write(line.encode())
        return response


@asynccontextmanager
async def serving_all() -> AsyncIterator[Served]:
    """Every protocol at one address of 127.0.0.1."""
    served = Served()
    app = web.Application()
    app.router.add_post("/chat/completions", served.openai)
    app.router.add_post("/api/chat", served.ollama)
    app.router.add_post("/v1/messages", served.anthropic)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        served.url = f"http://{host}:{port}"
        yield served
    finally:
        await runner.cleanup()


def _line(piece: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": piece}
    return {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}


def _message() -> dict[str, Any]:
    usage = {"input_tokens": USED[0], "output_tokens": 1}
    ending = {"stop_reason": None, "stop_sequence": None}
    said = {"id": "1", "type": "message", "role": "assistant", "content": [], "model": "m"}
    return {**said, **ending, "usage": usage}
