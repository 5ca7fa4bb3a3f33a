"""Articles, passages and sentences, and selections of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an article under one heading.

    `heading_start:heading_end` is the heading's line in the article's text (shown and indexed as a
    field, never quoted); the section's text is from `heading_end` to the next `heading_start`.
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
    passages, sentences, quotes) counts its characters. Facts absent from the source are None or
    empty, never guessed. `path` is the source, as a person would type it.

    `published` and `updated` are days on the source's own clock; their `_at` are moments, with the
    time zone, if known. `outlet` is the publisher, `category` the section of the paper. `origins`
    are the sources of the metadata (`("author", "json-ld")`).
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


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article in a list, without its text.

    `copy_of` is the id of the article to answer from, if this one is a duplicate; `has_copies`
    includes removed ones.
    """

    id: str
    title: str
    author: str | None
    published: date | None
    url: str | None
    language: str
    path: str
    outlet: str | None = None
    category: str | None = None
    updated: date | None = None
    copy_of: str | None = None
    has_copies: bool = False


def article_id(location: str) -> str:
    """Return a stable id for an article's location (its path below the corpus, or its address).

    Twelve hexadecimal digits: 48 bits, so that one in six corpora of ten million articles has a
    collision.
    """
    return hashlib.sha256(location.encode()).hexdigest()[:12]


DIGEST_SIZE = 16  # bytes
FINGERPRINT_MARK = "sum:"  # prefix, absent in earlier versions
# Columns of the table of articles in a corpus fingerprint.
FINGERPRINTED = "id, told, path, copy_of, copies"


def article_digest(article: Article) -> bytes:
    """Hash an article's text and metadata, without its path, its copies, and its segmentation, for
    which there is `index.ingestion.readings`."""
    content = (
        [article.id, article.title, article.language, article.author],
        [str(article.published), article.url, article.outlet, article.category],
        [str(article.published_at), str(article.updated), str(article.updated_at)],
        article.origins,
        [(s.heading, s.heading_start, s.heading_end) for s in article.sections],
        article.text,
    )
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=DIGEST_SIZE).digest()


def corpus_fingerprint(rows: Iterable[tuple[Any, ...]]) -> str:
    """Hash the articles of a corpus, in any order. `rows` have the columns `FINGERPRINTED`.

    It is the sum of the rows' hashes, for `add_fingerprints`.
    """
    return _fingerprint(sum(map(_row_hash, rows)))


def add_fingerprints(before: str, additions: str, deletions: str) -> str:
    """Return the fingerprint of a corpus after adding and removing articles."""
    hashes = (
        int(fingerprint.removeprefix(FINGERPRINT_MARK), 16)
        for fingerprint in (before, additions, deletions)
    )
    total, more, less = hashes
    return _fingerprint(total + more - less)


def fingerprints_differ(stored_fingerprint: str, now: str) -> bool:
    """True if a corpus was altered; False for fingerprints of earlier versions."""
    return stored_fingerprint.startswith(FINGERPRINT_MARK) and stored_fingerprint != now


def _fingerprint(total: int) -> str:
    return f"{FINGERPRINT_MARK}{total % (1 << 256):064x}"


def _row_hash(row: tuple[Any, ...]) -> int:
    identity, content, path, copy_of, copies = row
    digest = hashlib.sha256(json.dumps([identity, path, copy_of, copies]).encode() + content)
    return int.from_bytes(digest.digest(), "big")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included. Raises ValueError if `last` is earlier."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"a period cannot begin on {self.first} and end on {self.last}")

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter of articles: each non-empty condition must match, by any of its values.

    A folder is one or several parts of the path (`politique/2024`); `since` and `until` are days of
    publication, included; `articles` are ids. Articles in any of `outside` are left out.
    """

    outlets: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    outside: tuple[Selection, ...] = ()

    def during(self, period: Period | None) -> Selection:
        """The articles of the selection that were published in the period, if there is one."""
        if period is None:
            return self
        since, until = self.since or period.first, self.until or period.last
        return replace(self, since=max(since, period.first), until=min(until, period.last))

    def __contains__(self, article: Article | ArticleEntry) -> bool:
        path, day = f"/{article.path}", article.published
        return (
            (not self.outlets or article.outlet in self.outlets)
            and (not self.categories or article.category in self.categories)
            and (not self.languages or article.language in self.languages)
            and (not self.folders or any(f"/{folder}/" in path for folder in self.folders))
            and (self.since is None or (day is not None and day >= self.since))
            and (self.until is None or (day is not None and day <= self.until))
            and (not self.articles or article.id in self.articles)
            and (not self.authors or article.author in self.authors)
            and not any(article in other for other in self.outside)
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text == article.text[start:end]`, without surrounding white space."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one section of an article: `text == article.text[start:end]`.

    `sentences` lie inside it in reading order; `heading` is the section's, empty before the first.
    """

    start: int
    end: int
    text: str
    heading: str
    sentences: tuple[Sentence, ...]


def embedding_text(article: Article, text: str) -> str:
    """Return a passage or a sentence with its article's title, for the embedder."""
    return f"{article.title}. {text}"


def lexical_text(article: Article, heading: str, text: str) -> str:
    """Return a passage with its title and heading, for the word index."""
    return f"{article.title}. {heading}. {text}"


@dataclass(frozen=True, slots=True)
class SignedArticle:
    """Signature and metadata of an article, for finding duplicates.

    `length` is that of its text; `title` is empty if it is a file's name; `facts` counts author,
    outlet and address. `fingerprint` has the columns `FINGERPRINTED`, if asked for.
    """

    id: str
    signature: bytes
    published: date | None
    updated: date | None
    length: int
    title: str = ""
    outlet: str | None = None
    facts: int = 0
    fingerprint: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Duplicates: the article to answer from, and the others, best first."""

    original: str
    copies: tuple[str, ...]
