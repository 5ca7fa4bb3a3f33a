"""How the time of every reader and of the cutter grows: `python bench/growth.py [BYTES…]`.

Each kind of hostile text and file (tests/growth.py, tests/index/formats/hostile.py) is read at
10 kB, 100 kB and 1 MB, or at the sizes that are given: seconds of the processor, and how many times
more the last takes than the one before. Linear work takes as many times more as the size.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import _clone  # noqa: F401

from index.text.sentences import sentence_spans
from tests.growth import GIVEN_UP, SENTENCES, repeated, seconds
from tests.index.formats.hostile import SLOW, read_slow

GIVEN_UP_SECONDS = 120.0
SIZES = (10_000, 100_000, 1_000_000)


def line(name: str, work: Callable[[Any], object], made: Callable[[int], Any]) -> str:
    """The times of one kind; a size that is given up ends it."""
    told: list[float] = []
    for size in sizes:
        told.append(seconds(work, made(size), GIVEN_UP_SECONDS))
        if told[-1] == GIVEN_UP:
            break
    ratio = told[-1] / max(told[-2], 1e-3) if len(told) > 1 else 0.0
    return f"{name:32}{''.join(f'{each:10.3f}' for each in told)}{ratio:10.1f}"


if __name__ == "__main__":
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    print(f"{'':32}{''.join(f'{size:10,}' for size in sizes)}     times")
    for kind, unit in SENTENCES.items():
        cut = partial(sentence_spans, language="fr")
        print(line(f"sentences, {kind}", cut, partial(repeated, unit)), flush=True)
    for kind, (suffix, made) in SLOW.items():
        print(line(f"{suffix}, {kind}", partial(read_slow, suffix=suffix), made), flush=True)
