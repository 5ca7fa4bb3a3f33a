"""What was written, by whom, where and when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an article under one heading.

    `heading_start:heading_end` is the heading's own line in the article's text (a heading is shown
    and indexed as a field, never quoted); the section's words run from `heading_end` to the next
    section's `heading_start`.
    """

    heading: str
    heading_start: int
    heading_end: int


@dataclass(frozen=True, slots=True)
class Copy:
    """Another publication of an article: the same words elsewhere, or an earlier version."""

    id: str
    title: str
    path: str
    outlet: str | None = None
    published: date | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One source text with its metadata.

    `text` is plain text, NFC, with `\\n\\n` between paragraphs; every offset in Selon (sections,
    passages, sentences, quotes) counts its characters. What the source does not tell is None or
    empty, never guessed. `path` is where the text was read, as a person would type it.

    `published` and `updated` are days on the source's own clock; the `_at` of each is the moment,
    where the source tells it, with the time zone if it tells that too. `outlet` is who published
    it, `category` the part of the paper it stood in. `origins` names, for each fact of the
    metadata, where it was found (`("author", "json-ld")`).
    """

    id: str
    text: str
    title: str
    path: str
    language: str
    author: str | None = None
    published: date | None = None
    url: str | None = None
    sections: tuple[Section, ...] = ()
    outlet: str | None = None
    category: str | None = None
    published_at: datetime | None = None
    updated: date | None = None
    updated_at: datetime | None = None
    origins: tuple[tuple[str, str], ...] = ()
    copies: tuple[Copy, ...] = ()


def article_id(location: str) -> str:
    """A stable id from where an article lives (its path below the corpus, or its address).

    Twelve hexadecimal digits: 48 bits, so that ten million articles collide once in six corpora.
    """
    return hashlib.sha256(location.encode()).hexdigest()[:12]
