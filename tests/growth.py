"""How the time of a piece of work grows with what it is given, and texts that make it grow."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

from tests.patterns import GIVEN_UP, TooSlowError, guarded

Given = TypeVar("Given")

TIMES = 8  # times longer is the long input than the short one
GROWTH = 24  # times longer at most takes the long one: linear work takes 8, quadratic work 64
TOLERATED = 0.1  # seconds of the processor below which growth is not measured
GUARD = 10.0  # seconds of the processor after which a work is given up

SENTENCES = {
    "capitals": "Z.",
    "open brackets": "![",
    "open brackets in lines": "-\n[",
    "initials": "J. ",
    "titles": "M. ",
    "open quotes": '"a. ',
    "guillemets": "« a. ",
    "guillemets glued": "«!",
    "closers": ".]",
    "notes": "a.[1]",
    "ellipses": "… ",
    "lines": "a\n",
    "numbers": "1. ",
    "no-break spaces": "a.\u00a0",
    "one word": "a",
    "spaces": " ",
}
"""By kind, what is repeated to make a text that is hard to cut into sentences."""


def repeated(unit: str, characters: int) -> str:
    return unit * (characters // len(unit))


def seconds(work: Callable[[Given], object], given: Given, guard: float = GUARD) -> float:
    gc.disable()  # a collection takes as long as all that the tests before have left
    began = time.thread_time()
    try:
        with guarded(guard):
            work(given)
    except TooSlowError:
        return GIVEN_UP
    finally:
        gc.enable()
    return time.thread_time() - began


def is_linear(work: Callable[[Given], object], short: Given, long: Given) -> bool:
    """Whether the time grows no faster than an input that is `TIMES` longer; the machine's other
    work does not count, and what stands out is measured again."""
    spent = seconds(work, long)
    if spent <= TOLERATED or spent == GIVEN_UP:
        return spent <= TOLERATED
    least = min(seconds(work, short) for _ in range(3))
    if spent > GROWTH * least:
        spent = min(seconds(work, long) for _ in range(2))
    return spent <= max(TOLERATED, GROWTH * least)
