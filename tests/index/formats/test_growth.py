"""No file takes longer to read than its length."""

from __future__ import annotations

import pytest

from tests.growth import TIMES, is_linear
from tests.index.formats.hostile import SLOW, read_slow


@pytest.mark.parametrize("kind", SLOW)
def test_no_file_takes_longer_than_its_length(kind: str) -> None:
    suffix, made = SLOW[kind]
    short, long = made(10_000), made(10_000 * TIMES)
    assert is_linear(lambda data: read_slow(data, suffix), short, long)
