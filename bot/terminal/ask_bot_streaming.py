"""What grows on an event loop, followed where none runs."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _End:
    """What follows the last item: nothing, or the error that ended them."""

    error: BaseException | None


def streamed(source: Callable[[], AsyncIterator[Item]]) -> Generator[Item, None, None]:
    """The items of a source that runs on a loop of its own, on a thread that ends with it.

    Closing this iterator cancels the source; an interrupt while it is waited for does so too, as
    long as it is closed then.
    """
    items: queue.SimpleQueue[Item | _End] = queue.SimpleQueue()
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[None] | None]] = Future()

    async def pump() -> None:
        started.set_result((asyncio.get_running_loop(), asyncio.current_task()))
        async with aclosing(cast("AsyncGenerator[Item, None]", source())) as made:
            async for item in made:
                items.put(item)

    def run() -> None:
        error: BaseException | None = None
        try:
            asyncio.run(pump())
        except BaseException as raised:  # handed to whoever waits, whatever it is
            error = raised
        items.put(_End(error))

    threading.Thread(target=run, name="selon", daemon=True).start()
    try:
        while not isinstance(item := items.get(), _End):
            yield item
    finally:
        loop, task = started.result()
        if task is not None and not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)
    if item.error is not None:
        raise item.error
