"""The one event loop beside those of the callers: the bridge from where nothing can be awaited.

Synchronous edges (LangChain's `invoke` and `stream`, the terminal) run the asynchronous chain on
it. Calls to chat models run on it wherever they come from: HTTP clients keep their connections to
the loop that opened them, and some loops last no longer than a question.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")
Source = Callable[[], AsyncIterator[Item]]

CANCEL_SECONDS = 5.0
"""How long an interrupted caller waits for the work it cancels, so that what it used is counted."""


@dataclass(frozen=True, slots=True)
class _End:
    """What follows the last item: nothing, or the error that ended them."""

    error: BaseException | None


class BackgroundLoop:
    """A loop on a daemon thread, from the first call to the end of the process.

    What is run keeps the context variables of its caller.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(self, job: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Start a coroutine on the loop; cancelling the future cancels it."""
        return asyncio.run_coroutine_threadsafe(job, self._running())

    def run(self, job: Coroutine[Any, Any, Result]) -> Result:
        """The result of a coroutine, for a caller without a loop, which is held up until then.

        Interrupted, it cancels the coroutine. Raises RuntimeError on the loop's own thread.
        """
        if self._is_here():
            job.close()
            raise RuntimeError("awaited on the loop that it would hold up")
        ended = threading.Event()

        async def watched() -> Result:
            try:
                return await job
            finally:
                ended.set()

        future = self.submit(watched())
        try:
            return future.result()
        except BaseException:
            if future.cancel():
                ended.wait(CANCEL_SECONDS)
            raise

    def iterate(self, source: Source[Item]) -> Generator[Item, None, None]:
        """The items of an asynchronous source, for a caller without a loop.

        Closing this iterator cancels the source; an interrupt while it is waited for does so too,
        as long as it is closed then. Raises RuntimeError on the loop's own thread.
        """
        if self._is_here():
            raise RuntimeError("iterated on the loop that it would hold up")
        items: queue.SimpleQueue[Item | _End] = queue.SimpleQueue()
        pumping = self.submit(_pump(source, items.put))
        try:
            while not isinstance(item := items.get(), _End):
                yield item
        finally:
            pumping.cancel()
        if item.error is not None:
            raise item.error

    async def relay(self, source: Source[Item]) -> AsyncGenerator[Item, None]:
        """The items of a source that runs on this loop, for a caller on any loop.

        Closing this iterator, or cancelling who reads it, cancels the source.
        """
        here = asyncio.get_running_loop()
        items: asyncio.Queue[Item | _End] = asyncio.Queue()

        def put(item: Item | _End) -> None:
            with suppress(RuntimeError):  # whoever listened has left, and their loop with them
                here.call_soon_threadsafe(items.put_nowait, item)

        pumping = self.submit(_pump(source, put))
        try:
            while not isinstance(item := await items.get(), _End):
                yield item
        finally:
            pumping.cancel()
        if item.error is not None:
            raise item.error

    def _is_here(self) -> bool:
        return self._thread is threading.current_thread()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="selon-loop", daemon=True
                )
                self._thread.start()
            return self._loop


async def _pump(source: Source[Item], put: Callable[[Item | _End], None]) -> None:
    """Hand on every item of a source, and how it ended."""
    error: BaseException | None = None
    try:
        async with aclosing(cast("AsyncGenerator[Item, None]", source())) as items:
            async for item in items:
                put(item)
    except BaseException as raised:  # handed to whoever waits, whatever it is
        error = raised
        raise
    finally:
        put(_End(error))


@cache
def background_loop() -> BackgroundLoop:
    """The one of this process: some libraries share their connections between models."""
    return BackgroundLoop()
