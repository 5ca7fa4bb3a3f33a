"""Numbers that count the dead and the injured."""

from __future__ import annotations

import re

# What a toll counts, however it is put: « 154 personnes ont péri », « au moins 200 morts ».
TOLLS = {
    what: re.compile(rf"^\W*(?:\w+\W+){{0,4}}?(?:{words})", re.IGNORECASE)
    for what, words in (
        ("dead", r"mort|tu[ée]|p[ée]ri|d[ée]c[èée]|perdu la vie|killed|dead|died|deaths"),
        ("injured", r"bless|injured|wounded"),
    )
}
_NEAR = 60  # characters around a number in which what it counts is looked for
_KILLED = re.compile(
    r"(?:\btu[ée]\w*|\bkill\w*|\bmort d(?:e|['’])|\bdeaths? of)\W+(?:\w+\W+){0,2}$", re.IGNORECASE
)


def counts_dead(text: str, start: int, end: int) -> bool:
    """Whether the number from `start` to `end` of a text is one of deaths."""
    before = text[max(start - _NEAR, 0) : start]
    return bool(TOLLS["dead"].match(text[end:][:_NEAR]) or _KILLED.search(before))
