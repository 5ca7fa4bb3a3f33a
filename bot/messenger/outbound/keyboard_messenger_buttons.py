"""Buttons that show a citation's whole passage, today and after the next rebuild of the index."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from bot.answer import Citation
from index.article import Article
from index.build.passages import Passage

PREFIX = "p"
STEP = r"w:(?P<article>[0-9a-f]{12}):(?P<at>\d{1,12})(?::(?P<quote>\d{1,12}):(?P<length>\d{1,6}))?"
_SHAPE = re.compile(rf"{PREFIX}:([^:]+):(\d+):(\d+):(\d+):(\d+):([0-9a-f]{{8}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage of an article with the quote in it, by its offsets in the article's text."""

    article: Article
    start: int
    end: int
    quote_start: int
    quote_end: int

    @property
    def before(self) -> str:
        return self.article.text[self.start : self.quote_start]

    @property
    def quote(self) -> str:
        return self.article.text[self.quote_start : self.quote_end]

    @property
    def after(self) -> str:
        return self.article.text[self.quote_end : self.end]

    @property
    def heading(self) -> str:
        """The heading that the passage stands under, empty before the first."""
        above = [each for each in self.article.sections if each.heading_end <= self.start]
        return above[-1].heading if above else ""


@dataclass(frozen=True, slots=True)
class PassageRef:
    """What a button carries: which article, where in it, and a checksum of the quote.

    It names characters of the article, not rows of an index, so that it outlives the generation
    that the answer came from; the checksum tells when the article no longer says so.
    """

    article_id: str
    start: int
    end: int
    quote_start: int
    quote_end: int
    checksum: str

    @classmethod
    def of(cls, citation: Citation) -> PassageRef:
        passage = citation.passage
        return cls(
            citation.article.id,
            passage.start,
            passage.end,
            citation.start,
            citation.end,
            _checksum(citation.quote),
        )

    @classmethod
    def decode(cls, data: str) -> PassageRef | None:
        """The reference that a button carries; None for data that is none."""
        found = _SHAPE.fullmatch(data)
        if found is None:
            return None
        start, length, offset, size = (int(found[group]) for group in range(2, 6))
        quote_start = start + offset
        return cls(found[1], start, start + length, quote_start, quote_start + size, found[6])

    def encode(self) -> str:
        """At most 64 bytes (Telegram's limit) for articles of less than a billion characters."""
        numbers = (
            self.start,
            self.end - self.start,
            self.quote_start - self.start,
            self.quote_end - self.quote_start,
        )
        return ":".join((PREFIX, self.article_id, *map(str, numbers), self.checksum))

    def excerpt(self, article: Article) -> Excerpt | None:
        """The passage as the article has it; None when the quote is no longer there."""
        ends = (self.start, self.quote_start, self.quote_end, self.end, len(article.text))
        if list(ends) != sorted(ends):
            return None
        excerpt = Excerpt(article, self.start, self.end, self.quote_start, self.quote_end)
        return excerpt if _checksum(excerpt.quote) == self.checksum else None


@dataclass(frozen=True, slots=True)
class Step:
    """What a button carries that leads to the passage at a character of an article.

    The quote goes along, so that it is found again on the way back.
    """

    article_id: str
    at: int
    quote_start: int = 0
    quote_end: int = 0

    @classmethod
    def decode(cls, data: str) -> Step | None:
        """The step that a button carries; None for data that is none."""
        found = re.fullmatch(STEP, data, re.ASCII)
        if found is None:
            return None
        start = int(found["quote"] or 0)
        return cls(found["article"], int(found["at"]), start, start + int(found["length"] or 0))

    def encode(self) -> str:
        """At most 64 bytes, as a `PassageRef`."""
        data = f"w:{self.article_id}:{self.at}"
        length = self.quote_end - self.quote_start
        return f"{data}:{self.quote_start}:{length}" if length else data

    def excerpt(self, article: Article, passage: Passage) -> Excerpt:
        """A passage, with the quote in it if it is the quote's."""
        if passage.start <= self.quote_start <= self.quote_end <= passage.end:
            return Excerpt(article, passage.start, passage.end, self.quote_start, self.quote_end)
        return Excerpt(article, passage.start, passage.end, passage.start, passage.start)


def _checksum(quote: str) -> str:
    return hashlib.sha256(quote.encode()).hexdigest()[:8]
