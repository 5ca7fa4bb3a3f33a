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
    next_event: asyncio.Future[str | None] = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            await asyncio.wait({next_event}, timeout=HEARTBEAT_SECONDS)
            if not next_event.done():
                yield ": waiting\n\n"
                continue
            event = next_event.result()
            if event is None:
                return
            yield event
            next_event = asyncio.ensure_future(anext(events, None))
    finally:
        next_event.cancel()
        await asyncio.gather(next_event, return_exceptions=True)
        await events.aclose()
