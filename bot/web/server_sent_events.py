"""Server-sent events through proxies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

HEARTBEAT_SECONDS = 10
EVENT_STREAM = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "content-encoding": "identity",
    "x-accel-buffering": "no",
}
"""Headers that stop proxies from buffering or compressing a stream."""


async def with_heartbeats(events: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """Yield events, and a comment after each silence; closes `events` at the end."""
    following: asyncio.Future[str | None] = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            await asyncio.wait({following}, timeout=HEARTBEAT_SECONDS)
            if not following.done():
                yield ": waiting\n\n"
                continue
            event = following.result()
            if event is None:
                return
            yield event
            following = asyncio.ensure_future(anext(events, None))
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await events.aclose()
