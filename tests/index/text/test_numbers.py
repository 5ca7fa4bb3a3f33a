from __future__ import annotations

import pytest

from index.text.numbers import plain_numbers, roman_value


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("15\u202f000 euros et 1,5 %", "15000 euros et 1.5 %"),
        ("13,200 people", "13200 people"),
        ("1.234.567", "1234567"),
        ("en 2012, 300 personnes", "en 2012, 300 personnes"),
    ],
)
def test_groups_of_digits_are_joined(written: str, plain: str) -> None:
    assert plain_numbers(written) == plain


@pytest.mark.parametrize(("letters", "value"), [("XIX", 19), ("xl", 40), ("iv", 4), ("MCM", 1900)])
def test_roman_digits_are_read(letters: str, value: int) -> None:
    assert roman_value(letters) == value
