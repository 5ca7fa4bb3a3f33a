"""What must be awaited, from where nothing can be; what is read on a loop from another."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, closing
from contextvars import ContextVar

import pytest

from bot.answering.background_loop import BackgroundLoop


async def counting(to: int) -> AsyncIterator[int]:
    for number in range(to):
        await asyncio.sleep(0)
        yield number


def test_closing_cancels_the_source() -> None:
    cancelled = threading.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with closing(BackgroundLoop().iterate(endless)) as items:
        assert next(items) == 1
    assert cancelled.wait(30)


def test_a_caller_without_a_loop_gets_the_result_and_its_own_context() -> None:
    asker: ContextVar[str] = ContextVar("asker")
    asker.set("Ada")

    async def told() -> str:
        await asyncio.sleep(0)
        return asker.get()

    assert BackgroundLoop().run(told()) == "Ada"


def test_an_interrupted_caller_cancels_and_waits_until_it_is_cancelled() -> None:
    begun, counted = threading.Event(), threading.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            counted.set()

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def press() -> None:
        assert begun.wait(30)
        time.sleep(0.2)  # until the caller waits
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        threading.Thread(target=press).start()
        with pytest.raises(KeyboardInterrupt):
            BackgroundLoop().run(endless())
        assert counted.is_set()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_nothing_waits_for_the_loop_on_the_loop_itself() -> None:
    loop = BackgroundLoop()

    async def wait_here() -> None:
        loop.run(asyncio.sleep(0))

    async def iterate_here() -> None:
        list(loop.iterate(lambda: counting(1)))

    for job in (wait_here, iterate_here):
        with pytest.raises(RuntimeError, match="hold up"):
            loop.run(job())


async def test_items_reach_a_caller_on_another_loop_and_closing_cancels() -> None:
    loop, cancelled = BackgroundLoop(), threading.Event()

    async def endless() -> AsyncIterator[asyncio.AbstractEventLoop]:
        try:
            while True:
                yield asyncio.get_running_loop()
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with aclosing(loop.relay(endless)) as items:
        assert await anext(items) is not asyncio.get_running_loop()
        await anext(items)
    assert await asyncio.to_thread(cancelled.wait, 5)
