"""An event loop on a background thread, for sync callers and for shared connections.

Sync callers (LangChain's `invoke`, the terminal) run the async chain on it. All calls
to chat models run on it: HTTP clients bind their connections to the loop that opened them, and some
loops last no longer than a question.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

Result = TypeVar("Result")

CANCEL_SECONDS = 5.0  # that an interrupted caller waits for its job, whose usage is counted


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
        if self._thread is threading.current_thread():
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

    async def call(self, job: Coroutine[Any, Any, Result]) -> Result:
        """Await a coroutine that runs on this loop, from any loop.

        Cancelling the caller cancels the coroutine, and waits for its end.
        """
        here, has_ended = asyncio.get_running_loop(), asyncio.Event()

        async def run_job() -> Result:
            try:
                return await job
            finally:
                with suppress(RuntimeError):  # the caller's loop may be closed
                    here.call_soon_threadsafe(has_ended.set)

        try:
            return await asyncio.wrap_future(self.submit(run_job()))
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(CANCEL_SECONDS):
                    await has_ended.wait()
            raise


@cache
def background_loop() -> BackgroundLoop:
    """The loop of this process: some libraries share connections between models."""
    return BackgroundLoop()
