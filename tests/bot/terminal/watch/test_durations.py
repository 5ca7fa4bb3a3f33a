"""Durations as people write them."""

from __future__ import annotations

import pytest

from bot.terminal.watch.watch import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15 min", 900),
        ("1h30m", 5400),
        ("1,5h", 5400),
        ("2D", 172800),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "15", "m", "quinze minutes", "9s", "0h", "-5m", "31d", "5m?", "1e9s", "15m x"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no duration|between"):
        parse_duration(text)
