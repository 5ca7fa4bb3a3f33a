"""One event loop for every call to a chat model, whatever thread or loop the answer is wanted on.

HTTP clients keep their connections to the loop that opened them; questions come from several
loops, some of which last no longer than the question.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Items = AsyncGenerator[Item, None]


@dataclass(frozen=True, slots=True)
class _End:
    """What follows the last item: nothing, or the error that ended them."""

    error: BaseException | None


class Worker:
    """The loop, on a thread of its own, from the first call to the end of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def submit(self, job: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Run a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(job, self._running())

    async def stream(
        self, source: Callable[[], AsyncGenerator[Item, None]]
    ) -> AsyncGenerator[Item, None]:
        """The items of a source that runs on the loop; closing this, or cancelling, closes it."""
        here = asyncio.get_running_loop()
        items: asyncio.Queue[Item | _End] = asyncio.Queue()

        def hand_over(item: Item | _End) -> None:
            with suppress(RuntimeError):  # whoever listened has left, and their loop with them
                here.call_soon_threadsafe(items.put_nowait, item)

        async def pump() -> None:
            error: BaseException | None = None
            try:
                async with aclosing(source()) as made:
                    async for item in made:
                        hand_over(item)
            except Exception as raised:
                error = raised
            finally:
                hand_over(_End(error))

        job = self.submit(pump())
        try:
            while not isinstance(item := await items.get(), _End):
                yield item
        finally:
            job.cancel()
        if item.error is not None:
            raise item.error

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self._loop.run_forever, name="chat-models", daemon=True
                ).start()
            return self._loop


@cache
def the_worker() -> Worker:
    """The one worker of this process: some libraries share their connections between models."""
    return Worker()
