"""The reader's input: a question, then a passage, as one row of ids.

    <s> query: QUESTION </s> passage: TITLE </s> 22 mai 2012 </s> TEXT </s>

Title and date are optional, with their mark. The date is always in French words: the encoder knows
months across languages, and a year of its own is the same piece as in a question. Each part is
encoded separately: no id depends on another part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from index.text.dates import month_name

START, PAD, END = 0, 1, 2
QUESTION_TOKENS, TITLE_TOKENS = 56, 32
QUESTION, PASSAGE = "query:", "passage:"

Encode = Callable[[str], Sequence[int]]  # from a text to its ids, without marks


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """A row of ids; the passage's text is `ids[text_start:text_end]`."""

    ids: list[int]
    text_start: int

    @property
    def text_end(self) -> int:
        return len(self.ids) - 1


def join_input(opening: Sequence[int], head: Sequence[int], text: Sequence[int]) -> ReaderInput:
    """Join encoded parts; `opening` and `head` come from the functions below."""
    ids = [START, *opening, END, *head]
    return ReaderInput([*ids, *text, END], len(ids))


def encode_question(encode: Encode, question: str) -> list[int]:
    """Encode `query: QUESTION`, truncated to QUESTION_TOKENS ids."""
    return list(encode(f"{QUESTION} {question}"))[:QUESTION_TOKENS]


def encode_head(encode: Encode, title: str, day: date | None) -> list[int]:
    """Encode `passage: TITLE </s> 22 mai 2012 </s>` without absent parts; truncate the title."""
    head = list(encode(PASSAGE))
    if title:
        head += [*list(encode(title))[:TITLE_TOKENS], END]
    if day:
        head += [*encode(format_day(day)), END]
    return head


def format_day(day: date) -> str:
    """Return the day in French words: 1er mai 2012, 22 mai 2012."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {month_name(day.month, 'fr')} {day.year}"
