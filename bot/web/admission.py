"""Admission of questions: a number are answered at once, others wait a while or are told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import TooBusy

QUESTIONS_AT_ONCE = 32
WAIT_SECONDS = 10.0


class Admission:
    """Places for questions, in the order of arrival; to be used on one event loop."""

    def __init__(self, places: int = QUESTIONS_AT_ONCE, seconds: float = WAIT_SECONDS) -> None:
        self._places = asyncio.Semaphore(places)
        self._seconds = seconds

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place while the block lasts. Raises TooBusy if none becomes free in time."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._places.acquire()
        except TimeoutError:
            raise TooBusy("web-busy", seconds=round(WAIT_SECONDS)) from None
        try:
            yield
        finally:
            self._places.release()


class HangUp:
    """Middleware: cancels the work for a client that has closed its connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        messages: asyncio.Queue[Message] = asyncio.Queue(maxsize=1)
        is_answered = False

        async def watch() -> None:
            while (message := await receive())["type"] != "http.disconnect":
                await messages.put(message)

        async def receive_watched() -> Message:
            next_message = asyncio.ensure_future(messages.get())
            try:
                await asyncio.wait({next_message, watcher}, return_when=asyncio.FIRST_COMPLETED)
                return next_message.result() if next_message.done() else {"type": "http.disconnect"}
            finally:
                next_message.cancel()

        async def send_watched(message: Message) -> None:
            nonlocal is_answered
            is_body = message["type"] == "http.response.body"
            is_answered = is_answered or (is_body and not message.get("more_body", False))
            await send(message)

        watcher = asyncio.create_task(watch())
        work = asyncio.ensure_future(self.app(scope, receive_watched, send_watched))
        try:
            await asyncio.wait({work, watcher}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() or is_answered:
                await work
        finally:
            work.cancel()
            watcher.cancel()
            await asyncio.gather(work, watcher, return_exceptions=True)
