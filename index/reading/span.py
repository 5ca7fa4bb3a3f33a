"""A stretch of a sentence that may answer a question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

SPACE = "[ \u00a0\u2009\u202f]"
"""A space as it stands inside numbers, dates and names."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where it stands, and what tells which one is meant.

    `unit` is the class of a number's unit, `noun` the words behind a number, `before` the word
    before a name; both in lower case.
    """

    start: int
    end: int
    unit: str = ""
    noun: str = ""
    before: str = ""

    def overlaps(self, other: Stretch) -> bool:
        return self.start < other.end and other.start < self.end


def one_of(options: Iterable[str]) -> str:
    """A pattern of any of these, the longest first."""
    return "|".join(
        re.escape(each) for each in sorted(options, key=lambda each: (-len(each), each))
    )
