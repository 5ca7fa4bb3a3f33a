"""Responses that are kept open through proxies while an answer is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable

from starlette.responses import StreamingResponse

HEARTBEAT_SECONDS = 10
STREAM_HEADERS = {  # that stop proxies from buffering or compressing
    "cache-control": "no-store, no-transform",
    "content-encoding": "identity",
    "x-accel-buffering": "no",
}


def respond_when_ready(body: Awaitable[str], media_type: str, silence: str) -> StreamingResponse:
    """Respond with `body`, and until it is there with `silence`, which readers skip."""

    async def parts() -> AsyncGenerator[str]:
        task = asyncio.ensure_future(body)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=HEARTBEAT_SECONDS)
                yield task.result() if task.done() else silence
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return StreamingResponse(parts(), headers={"content-type": media_type, **STREAM_HEADERS})
