"""What grows on an event loop, followed from a thread without one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from bot.terminal.repl import streamed


async def counting(to: int) -> AsyncIterator[int]:
    for number in range(to):
        await asyncio.sleep(0)
        yield number


def test_items_come_in_order_and_end() -> None:
    assert list(streamed(lambda: counting(5))) == [0, 1, 2, 3, 4]


def test_an_item_is_given_before_the_next_is_made() -> None:
    go_on = threading.Event()

    async def waiting() -> AsyncIterator[str]:
        yield "first"
        await asyncio.to_thread(go_on.wait, 10)
        yield "second"

    items = streamed(waiting)
    assert next(items) == "first"
    go_on.set()
    assert list(items) == ["second"]


def test_what_it_raises_comes_out_after_what_it_gave() -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise ZeroDivisionError("panne")

    items = streamed(failing)
    assert next(items) == 1
    with pytest.raises(ZeroDivisionError, match="panne"):
        next(items)


def test_closing_cancels_the_source() -> None:
    cancelled = threading.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with closing(streamed(endless)) as items:
        assert next(items) == 1
    assert cancelled.wait(5)
