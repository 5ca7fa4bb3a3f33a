"""Whatever two constructs of a format a file repeats, reading takes no longer than its length."""

from __future__ import annotations

import os

import pytest

from tests.growth import TIMES, is_linear
from tests.index.formats.constructs import GRAMMARS, pairs, read_whole

COUNT = int(os.environ.get("FUZZ_EXAMPLES", "0")) // 10 or 12
"""Of each construct in the shorter file; `make fuzz` has a thousand."""


@pytest.mark.parametrize("suffix", GRAMMARS)
def test_every_pair_in_seconds_of_the_processor(suffix: str) -> None:
    """What calls do not show: regular expressions, copies of texts, the libraries in C."""
    some = list(pairs(suffix)) if COUNT > 12 else list(pairs(suffix))[:3]
    for _, made in some:
        read_whole(made(COUNT), suffix)  # what is loaded once
    assert [
        name
        for name, made in some
        if not is_linear(lambda data: read_whole(data, suffix), made(COUNT), made(COUNT * TIMES))
    ] == []
