from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fetch.inflate import Inflater, TooLarge, inflate


@given(data=st.binary(max_size=5000), piece=st.integers(1, 999))
def test_what_was_compressed_comes_back_however_it_is_cut(data: bytes, piece: int) -> None:
    for packed in (gzip.compress(data), zlib.compress(data)):
        inflater = Inflater(len(data))
        for start in range(0, len(packed), piece):
            inflater.feed(packed[start : start + piece])
        assert inflater.finish() == data


def test_a_bomb_never_takes_more_than_the_limit() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        inflate(bomb, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("data", [b"not gzip", gzip.compress(b"Le phare" * 50)[:-9]])
def test_what_is_broken_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"incorrect header|ends too soon"):
        inflate(data, 1000)
    members = gzip.compress(b"a") + gzip.compress(b"b")  # which follow each other are one
    assert inflate(members + bytes(8), 10) == b"ab"
