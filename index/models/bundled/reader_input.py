"""What the reader reads: a question, then a passage, as one row of ids.

    <s> query: QUESTION </s> passage: TITLE </s> 22 mai 2012 </s> TEXT </s>

Title and date each may be missing, with their mark. The date stands in French words whatever the
languages are: the encoder knows months across languages, and a year that stands by itself is the
same piece as in a question. Every part is encoded by itself: no id depends on another part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from index.text.dates import month_name

START, PAD, END = 0, 1, 2
QUESTION_TOKENS, TITLE_TOKENS, CLAIM_TOKENS = 56, 32, 96
QUESTION, PASSAGE, CLAIM = "query:", "passage:", "claim:"

# From a text without marks to its ids.
Encode = Callable[[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class ReaderInput:
    """A row of ids and where the passage's text stands in it: `ids[text_start:text_end]`."""

    ids: list[int]
    text_start: int

    @property
    def text_end(self) -> int:
        return len(self.ids) - 1


def join_input(opening: Sequence[int], head: Sequence[int], text: Sequence[int]) -> ReaderInput:
    """Put encoded parts together; `opening` and `head` come from the functions below."""
    ids = [START, *opening, END, *head]
    return ReaderInput([*ids, *text, END], len(ids))


def encode_question(encode: Encode, question: str) -> list[int]:
    """`query: QUESTION`, cut at QUESTION_TOKENS ids."""
    return list(encode(f"{QUESTION} {question}"))[:QUESTION_TOKENS]


def encode_claim(encode: Encode, claim: str) -> list[int]:
    """`claim: CLAIM`, which stands in a question's place, cut at CLAIM_TOKENS ids."""
    return list(encode(f"{CLAIM} {claim}"))[:CLAIM_TOKENS]


def encode_head(encode: Encode, title: str, day: date | None) -> list[int]:
    """`passage: TITLE </s> 22 mai 2012 </s>`, or what of it there is; a long title is cut."""
    head = list(encode(PASSAGE))
    if title:
        head += [*list(encode(title))[:TITLE_TOKENS], END]
    if day:
        head += [*encode(format_day(day)), END]
    return head


def format_day(day: date) -> str:
    """The day in French words: 1er mai 2012, 22 mai 2012."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {month_name(day.month, 'fr')} {day.year}"
