"""References to quoted passages that outlive an index, for buttons and stored answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

from bot.answer import Answer, Citation
from index.article import Article
from index.ingestion.passages import cut

PASSAGE_PREFIX = "p"

_NUMBER = r":(\d{1,9})"
_SHAPE = re.compile(rf"{PASSAGE_PREFIX}:([^:]+){_NUMBER * 4}:([0-9a-f]{{8}})", re.ASCII)

# Returns an article by id, or None if there is none.
FindArticle = Callable[[str], Article | None]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage with a quote in it, by offsets in the article's text."""

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
        above = [section for section in self.article.sections if section.heading_end <= self.start]
        return above[-1].heading if above else ""

    @property
    def path(self) -> str:
        """The path of the page that shows the article at the quote."""
        places = self.start, self.end, self.quote_start, self.quote_end
        ref = PassageRef(self.article.id, *places, _checksum(self.quote))
        return refs_path([ref], 1) if self.quote else article_path(self.article.id)


@dataclass(frozen=True, slots=True)
class PassageRef:
    """An article, offsets in it, and a checksum of the quote; `encode` fits it into a button.

    The offsets stay valid in later generations of the index unless the article's text changes,
    which the checksum reveals.
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
        """Parse an encoded reference; None if it is none."""
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
        """The passage; None if the quote is no longer there."""
        ends = (self.start, self.quote_start, self.quote_end, self.end, len(article.text))
        if list(ends) != sorted(ends):
            return None
        excerpt = Excerpt(article, self.start, self.end, self.quote_start, self.quote_end)
        return excerpt if _checksum(excerpt.quote) == self.checksum else None


def sources_of(answer: Answer) -> list[dict[str, Any]]:
    """The passages of an answer as stored records, cited ones first."""
    return [
        {"ref": PassageRef.of(citation).encode(), "number": citation.number, "cited": cited}
        for cited, citations in ((True, answer.citations), (False, answer.further))
        for citation in citations
    ]


def citations_of(
    sources: Sequence[Any], find_article: FindArticle, *, cited: bool
) -> tuple[Citation, ...]:
    """Restore citations from stored records, except those whose article has changed."""
    citations: list[Citation] = []
    for source in sources:
        reference = PassageRef.decode(source["ref"]) if source["cited"] == cited else None
        article = find_article(reference.article_id) if reference else None
        excerpt = reference.excerpt(article) if reference and article else None
        if excerpt is not None:
            start, end = excerpt.quote_start, excerpt.quote_end
            citations += [
                Citation(source["number"], excerpt.quote, start, end, passage, excerpt.article)
                for passage in cut(excerpt.article)
                if passage.start <= start and end <= passage.end
            ]
    return tuple(citations)


def article_path(article_id: str) -> str:
    """The path of an article in the reader."""
    return f"/articles/{percent_encode(article_id, safe='')}"


def refs_path(refs: Sequence[PassageRef], number: int) -> str:
    query = urlencode([*(("ref", ref.encode()) for ref in refs), ("n", str(number))])
    return f"{article_path(refs[0].article_id)}?{query}#c{number}"


def _checksum(quote: str) -> str:
    return hashlib.sha256(quote.encode()).hexdigest()[:8]
