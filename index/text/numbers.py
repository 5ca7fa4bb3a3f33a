"""Numbers in a text: digits in groups, Roman numerals, small numbers in words."""

from __future__ import annotations

import re
from types import MappingProxyType

from index.text.patterns import SPACE

_WORDS = {
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix",
    "en": "zero one two three four five six seven eight nine ten",
}
# From zero to ten in French and English, without accents.
SMALL_NUMBERS = MappingProxyType(
    {word: number for row in _WORDS.values() for number, word in enumerate(row.split())}
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_SEPARATED = re.compile(rf"\d(?:{SPACE}|[.,'])\d")  # matches wherever the two below do
_GROUPED = re.compile(rf"(?<![\d.,])(\d{{1,3}})((?:{SPACE}\d{{3}})+|(?:[.,']\d{{3}})+)(?!\d)")
_DECIMAL = re.compile(r"(?<![\d.,])(\d+),(\d+)(?![.,]?\d)")


def plain_numbers(text: str) -> str:
    """Write numbers without separators and with a decimal point: « 15 000 » as 15000."""
    if not _SEPARATED.search(text):  # avoids the slow patterns for most texts
        return text
    text = _GROUPED.sub(lambda match: match[1] + re.sub(r"\D", "", match[2]), text)
    return _DECIMAL.sub(r"\1.\2", text)


def roman_value(letters: str) -> int:
    """Return the value of Roman numerals, even malformed ones. Raises KeyError."""
    values = [_ROMAN[letter] for letter in letters.lower()]
    return sum(
        -value if value < after else value
        for value, after in zip(values, [*values[1:], 0], strict=True)
    )
