"""An event loop on a background thread, for sync callers and for shared connections.

Sync callers (LangChain's `invoke` and `stream`, the terminal) run the async chain on it. All calls
to chat models run on it: HTTP clients bind their connections to the loop that opened them, and some
loops last no longer than a question.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Source = Callable[[], AsyncGenerator[Item, None]]

CANCEL_SECONDS = 5.0  # that an interrupted caller waits for its job, whose usage is counted


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a source, with the error that caused it."""

    error: BaseException | None


class BackgroundLoop:
    """A loop on a daemon thread, started by the first call.

    Jobs keep the context variables of their caller.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def submit(self, job: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Start a coroutine on the loop; cancelling the future cancels it."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="selon-loop", daemon=True
                )
                self._thread.start()
        return asyncio.run_coroutine_threadsafe(job, self._loop)

    def run(self, job: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine for a caller without a loop, and block until its result.

        An interrupt cancels the coroutine. Raises RuntimeError on the loop's own thread.
        """
        if self._is_here():
            job.close()
            raise RuntimeError("awaited on the loop that it would hold up")
        has_ended = threading.Event()

        async def run_job() -> Result:
            try:
                return await job
            finally:
                has_ended.set()

        future = self.submit(run_job())
        try:
            return future.result()
        except BaseException:
            if future.cancel():
                has_ended.wait(CANCEL_SECONDS)
            raise

    def iterate(self, source: Source[Item]) -> Generator[Item, None, None]:
        """Yield the items of an async source, for a caller without a loop.

        Closing this generator cancels the source. Raises RuntimeError on the loop's own thread.
        """
        if self._is_here():
            raise RuntimeError("iterated on the loop that it would hold up")
        items: queue.SimpleQueue[Item | _End] = queue.SimpleQueue()
        pump = self.submit(_pump(source, items.put))
        try:
            while not isinstance(item := items.get(), _End):
                yield item
        finally:
            pump.cancel()
        if item.error is not None:
            raise item.error

    async def relay(self, source: Source[Item]) -> AsyncGenerator[Item, None]:
        """Yield the items of a source that runs on this loop, for a caller on any loop.

        Closing this generator, or cancelling its reader, cancels the source and waits for its end.
        """
        here = asyncio.get_running_loop()
        items: asyncio.Queue[Item | _End] = asyncio.Queue()

        def put(item: Item | _End) -> None:
            with suppress(RuntimeError):  # the reader's loop may be closed
                here.call_soon_threadsafe(items.put_nowait, item)

        pump = self.submit(_pump(source, put))
        item: Item | _End | None = None
        try:
            while not isinstance(item := await items.get(), _End):
                yield item
        finally:
            if not isinstance(item, _End):
                pump.cancel()
                with suppress(TimeoutError):
                    async with asyncio.timeout(CANCEL_SECONDS):
                        while not isinstance(await items.get(), _End):
                            pass
        if item.error is not None:
            raise item.error

    def _is_here(self) -> bool:
        return self._thread is threading.current_thread()


async def _pump(source: Source[Item], put: Callable[[Item | _End], None]) -> None:
    """Pass on every item of a source, then its end."""
    error: BaseException | None = None
    try:
        async with aclosing(source()) as items:
            async for item in items:
                put(item)
    except BaseException as raised:
        error = raised
        raise
    finally:
        put(_End(error))


@cache
def background_loop() -> BackgroundLoop:
    """The loop of this process: some libraries share connections between models."""
    return BackgroundLoop()
