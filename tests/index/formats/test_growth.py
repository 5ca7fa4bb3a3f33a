"""No file takes longer to read than its length."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

import pytest

from index.formats.odt import _Body
from index.formats.table import FORMATS
from tests.growth import GIVEN_UP, TIMES, is_linear, seconds
from tests.index.formats.constructs import GRAMMARS, pairs, read_whole
from tests.index.formats.hostile import SLOW, read_slow

COUNT = 25  # of each construct of a pair, in the shortest file; each next one has four times more
STEPS = 3
EVERY = (
    1 if "FUZZ_EXAMPLES" in os.environ else 30
)  # of so many pairs one is tried; all by `make fuzz`
GROWTH = 8.0  # linear work takes 4 times longer for four times more, quadratic work 16 times
MEASURED = 0.01  # seconds of the processor from which times are compared
GUARD = 3.0  # seconds of the processor after which a file of at most 300 kB is given up


@pytest.mark.parametrize("kind", SLOW)
def test_no_file_takes_longer_than_its_length(kind: str) -> None:
    suffix, made = SLOW[kind]
    short, long = made(5_000), made(5_000 * TIMES)
    assert is_linear(lambda data: read_slow(data, suffix), short, long)


def test_every_format_has_its_constructs() -> None:
    assert GRAMMARS.keys() == {each.suffix for each in FORMATS}
    assert all(len(each.constructs) > 1 for each in GRAMMARS.values())


@pytest.mark.parametrize("suffix", GRAMMARS)
def test_no_pair_of_constructs_takes_longer_than_its_length(suffix: str) -> None:
    growth = Growth(suffix)
    some = list(pairs(suffix))[::EVERY]
    assert [name for name, made in some if growth.is_steep(made)] == []


def test_a_quadratic_parser_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of OpenDocument was: every item of a list looked at all that is beside it."""
    plain = _Body._items

    def slow(self: _Body, node: Any, style: str, level: int) -> Any:
        for _ in node.iterchildren():
            for each in node.iterchildren():
                [each.get("a") for _ in range(20)]
        return plain(self, node, style, level)

    monkeypatch.setattr(_Body, "_items", slow)
    items = "_fill '<text:list text:style-name=\"L\">' '<text:list-item><text:p>'"
    made = dict(pairs(".fodt"))[items]
    # A busy machine may hide it now and then.
    assert any(Growth(".fodt").is_steep(made) for _ in range(6))


class Growth:
    """How the seconds of the processor that a format takes grow, beyond those of an empty file."""

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        empty = GRAMMARS[suffix].assemble({})
        read_whole(empty, suffix)  # what is imported and compiled once
        self._base = min(seconds(self._read, empty) for _ in range(3))

    def is_steep(self, made: Callable[[int], bytes]) -> bool:
        """Whether a file that is four times longer takes much more than four times longer.

        Files get longer until times can be compared; what stands out is measured again, and must
        stand out in the next longer file too.
        """
        before = self._spent(made(COUNT))
        for step in range(1, STEPS + 1):
            spent = self._spent(made(COUNT * 4**step))
            if spent == GIVEN_UP:
                return True
            if spent >= max(MEASURED, 2 * self._base):
                return spent > GROWTH * before and self._is_confirmed(made, COUNT * 4**step)
            before = spent
        return False

    def _is_confirmed(self, made: Callable[[int], bytes], count: int) -> bool:
        short, long, longer = (
            min(self._spent(made(each)) for _ in range(3))
            for each in (count // 4, count, count * 4)
        )
        return long > GROWTH * short and longer > GROWTH * long

    def _spent(self, data: bytes) -> float:
        gc.disable()  # a collection takes as long as all that the tests before have left
        try:
            spent = seconds(self._read, data, GUARD)
        finally:
            gc.enable()
        return spent if spent == GIVEN_UP else max(spent - self._base, self._base / 10, 1e-3)

    def _read(self, data: bytes) -> None:
        read_whole(data, self._suffix)
