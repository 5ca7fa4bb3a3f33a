"""What must be awaited, from where nothing can be."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from contextvars import ContextVar

import pytest

from bot.answering.background_loop import BackgroundLoop


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
        with pytest.raises(RuntimeError, match="hold up"):
            loop.run(asyncio.sleep(0))

    loop.run(wait_here())
