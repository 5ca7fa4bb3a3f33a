"""What a line of the log is about: the update that is dealt with while it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

PRIVATE = "[private]"
SHORTEST = 3
"""Characters under which a text says nothing of anybody, and occurs everywhere."""


@dataclass(frozen=True)
class Subject:
    """An update by its number, and what it tells of a person: their words, names and numbers.

    The number is the same in every line about it, after a restart too, and in the database.
    """

    update_id: int
    texts: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()

    def hidden(self, text: str) -> str:
        """The text without what is the person's own."""
        return self._private.sub(PRIVATE, text) if self.texts or self.numbers else text

    @cached_property
    def _private(self) -> re.Pattern[str]:
        forms = {form for text in self.texts for form in _forms(text)}
        words = sorted((each for each in forms if len(each) >= SHORTEST), key=len, reverse=True)
        numbers = [rf"(?<!\d)-?{abs(number)}(?!\d)" for number in self.numbers]
        return re.compile("|".join([*map(_loosely, words), *numbers]) or r"(?!)", re.IGNORECASE)


_current: ContextVar[Subject | None] = ContextVar("subject", default=None)


def current() -> Subject | None:
    return _current.get()


@contextmanager
def about(subject: Subject) -> Iterator[None]:
    """Every line that is logged in the block is about this."""
    before = _current.set(subject)
    try:
        yield
    finally:
        _current.reset(before)


def _forms(text: str) -> Iterable[str]:
    """A text as it is, and as it stands inside a string that is shown quoted."""
    plain = " ".join(text.split())
    yield plain
    yield plain.replace("'", "\\'").replace('"', '\\"')
    yield plain.encode("unicode_escape").decode("ascii")


def _loosely(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())
