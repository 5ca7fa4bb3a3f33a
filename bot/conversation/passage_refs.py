"""References to quoted passages that outlive an index: in buttons, and in stored answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answer import Answer, Citation
from index.article import Article
from index.build.passages import cut

PASSAGE_PREFIX = "p"

_SHAPE = re.compile(rf"{PASSAGE_PREFIX}:([^:]+):(\d+):(\d+):(\d+):(\d+):([0-9a-f]{{8}})", re.ASCII)


# Returns the article with an id, or None if it is gone.
Find = Callable[[str], Article | None]


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
        """The heading above the passage; empty before the first."""
        above = [each for each in self.article.sections if each.heading_end <= self.start]
        return above[-1].heading if above else ""


@dataclass(frozen=True, slots=True)
class PassageRef:
    """The data of a button: an article, offsets in it, and a checksum of the quote.

    Offsets in the article stay valid in later generations of the index; the checksum reveals that
    the text has changed.
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
        """Parse the data of a button; None if it is no reference."""
        match = _SHAPE.fullmatch(data)
        if match is None:
            return None
        start, length, offset, size = (int(match[group]) for group in range(2, 6))
        quote_start = start + offset
        return cls(match[1], start, start + length, quote_start, quote_start + size, match[6])

    def encode(self) -> str:
        """At most 64 bytes (Telegram's limit) for articles of less than a billion characters."""
        numbers = (
            self.start,
            self.end - self.start,
            self.quote_start - self.start,
            self.quote_end - self.quote_start,
        )
        return ":".join((PASSAGE_PREFIX, self.article_id, *map(str, numbers), self.checksum))

    def excerpt(self, article: Article) -> Excerpt | None:
        """Return the passage; None if the quote is no longer there."""
        ends = (self.start, self.quote_start, self.quote_end, self.end, len(article.text))
        if list(ends) != sorted(ends):
            return None
        excerpt = Excerpt(article, self.start, self.end, self.quote_start, self.quote_end)
        return excerpt if _checksum(excerpt.quote) == self.checksum else None


def sources_of(answer: Answer) -> list[dict[str, Any]]:
    """The passages behind an answer as they are stored, cited ones first."""
    return [
        {"ref": PassageRef.of(each).encode(), "number": each.number, "cited": cited}
        for cited, citations in ((True, answer.citations), (False, answer.further))
        for each in citations
    ]


def citations_of(sources: Sequence[Any], find: Find, *, cited: bool) -> tuple[Citation, ...]:
    """Restore citations from stored sources, except those whose article has changed."""
    return tuple(_citations(sources, find, cited))


def _citations(sources: Sequence[Any], find: Find, cited: bool) -> Iterator[Citation]:
    for source in sources:
        reference = PassageRef.decode(source["ref"]) if source["cited"] == cited else None
        article = find(reference.article_id) if reference else None
        if reference is None or article is None or reference.excerpt(article) is None:
            continue
        start, end = reference.quote_start, reference.quote_end
        for passage in cut(article):
            if passage.start <= start and end <= passage.end:
                quote = article.text[start:end]
                yield Citation(source["number"], quote, start, end, passage, article)


def _checksum(quote: str) -> str:
    return hashlib.sha256(quote.encode()).hexdigest()[:8]
