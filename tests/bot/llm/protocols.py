"""Servers that speak the providers' own protocols, each saying the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.bot.llm.server import completion

TEXT = "Louis Braille."
USED = (11, 7)


@dataclass(slots=True)
class Served:
    """What was asked of a server."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    async def openai(self, request: web.Request) -> web.StreamResponse:
        """Also Mistral's."""
        return await self._said(request, completion(TEXT, USED))

    async def ollama(self, request: web.Request) -> web.StreamResponse:
        """LangChain reads its answers as a stream of lines."""
        message = {"role": "assistant", "content": TEXT}
        ending = {"done_reason": "stop", "prompt_eval_count": USED[0], "eval_count": USED[1]}
        line = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message}
        return await self._said(request, {**line, "done": True, **ending})

    async def anthropic(self, request: web.Request) -> web.StreamResponse:
        usage = {"input_tokens": USED[0], "output_tokens": USED[1]}
        content = [{"type": "text", "text": TEXT}]
        said = {"id": "1", "type": "message", "role": "assistant", "content": content, "model": "m"}
        ending = {"stop_reason": "end_turn", "stop_sequence": None}
        return await self._said(request, {**said, **ending, "usage": usage})

    async def _said(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.headers.append(str(dict(request.headers)))
        return web.json_response(body)


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
