"""Tolls: numbers of dead and injured."""

from __future__ import annotations

import re

# Matched after the number: « 154 personnes ont péri », « au moins 200 morts ».
TOLLS = {
    kind: re.compile(rf"^\W*(?:\w+\W+){{0,4}}?(?:{words})", re.IGNORECASE)
    for kind, words in (
        ("dead", r"mort|tu[ée]|p[ée]ri|d[ée]c[èée]|perdu la vie|killed|dead|died|deaths"),
        ("injured", r"bless|injured|wounded"),
    )
}
_WINDOW_CHARACTERS = 60  # before and after a number
_KILLED = re.compile(
    r"(?:\btu[ée]\w*|\bkill\w*|\bmort d(?:e|['’])|\bdeaths? of)\W+(?:\w+\W+){0,2}$", re.IGNORECASE
)


def counts_dead(text: str, start: int, end: int) -> bool:
    """True if the number at text[start:end] is a number of deaths."""
    before = text[max(start - _WINDOW_CHARACTERS, 0) : start]
    return bool(TOLLS["dead"].match(text[end:][:_WINDOW_CHARACTERS]) or _KILLED.search(before))
