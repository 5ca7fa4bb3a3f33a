"""Ctrl-C during long work: once asks for the end of the batch, twice ends at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stoppable(asked: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Whether the person has asked for the end; `asked` is called when they do.

    Outside the main thread, where no signal arrives, nobody asks.
    """
    wanted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield wanted.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        wanted.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asked()

    signal.signal(signal.SIGINT, ask)
    try:
        yield wanted.is_set
    finally:
        signal.signal(signal.SIGINT, before)
