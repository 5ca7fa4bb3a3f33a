"""Articles, passages and sentences on disk, read by id or by row.

Texts are kept once, in their article; passages and sentences are spans of it. Rows count from 0 in
the order of writing and are those of the vectors.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from index.article import Article, Copy, Section
from index.errors import DamagedIndex
from index.leads import behind
from index.passages import Passage, Sentence
from index.period import Period

Kind = Literal["passages", "sentences"]

ARTICLE_COLUMNS = (
    "id, title, path, language, author, published, url, outlet, category, published_at, updated, "
    "updated_at, origins, copies, sections, text"
)
_STORED = """
SELECT p.row, a.id, p.start, p.stop, p.heading, p.first_sentence,
       substr(a.text, p.start + 1, p.stop - p.start)
FROM passages p JOIN articles a ON a.number = p.article
"""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage and where it stands: its row in the passage vectors, its article, the row of its
    first sentence in the sentence vectors (the others follow)."""

    row: int
    article_id: str
    passage: Passage
    first_sentence: int


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """What a list of articles shows: an article without its text."""

    id: str
    title: str
    author: str | None
    published: date | None
    url: str | None
    language: str
    path: str


class ArticleReader:
    """Reads a finished `articles.sqlite`, from several threads. Raises DamagedIndex."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # One connection opened now, not one a thread: it outlives the file's name, so a reader
        # whose generation has been removed can still finish its questions.
        self._turn = threading.Lock()
        with self._reading():
            self._connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        with self._turn:
            self._connection.close()

    def article(self, article_id: str) -> Article | None:
        rows = self._all(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id = ?", article_id)
        return _article(rows[0]) if rows else None

    def entries(self, within: Period | None = None, limit: int = -1) -> list[ArticleEntry]:
        """Articles, newest first, those without a date last; `limit` of them, -1 being all."""
        chosen, days = _dated(within)
        rows = self._all(
            f"SELECT id, title, author, published, url, language, path FROM articles {chosen} "
            "ORDER BY published DESC NULLS LAST, number LIMIT ?",
            *days,
            limit,
        )
        return [
            ArticleEntry(
                id=identity,
                title=title,
                author=author,
                published=_day(published),
                url=url,
                language=language,
                path=path,
            )
            for identity, title, author, published, url, language, path in rows
        ]

    def count(self, within: Period) -> int:
        """How many articles were published in the period."""
        chosen, days = _dated(within)
        return int(self._all(f"SELECT count(*) FROM articles {chosen}", *days)[0][0])

    def published(self) -> list[int]:
        """By passage row: the day of its article as `date.toordinal` has it, 0 where unknown."""
        ordinals: list[int] = []
        for published, passages in self._all(
            "SELECT a.published, count(*) FROM passages p JOIN articles a ON a.number = p.article "
            "GROUP BY p.article ORDER BY min(p.row)"
        ):
            day = date.fromisoformat(published).toordinal() if published else 0
            ordinals += [day] * passages
        return ordinals

    def stored(self, rows: Sequence[int]) -> list[StoredPassage]:
        """The passages of these rows, in the order asked. Raises IndexError."""
        asked = json.dumps([int(row) for row in rows])
        chosen = "WHERE p.row IN (SELECT value FROM json_each(?))"
        sentences: dict[int, list[tuple[int, int]]] = {}
        for row, start, stop in self._all(
            "SELECT p.row, s.start, s.stop FROM passages p JOIN sentences s ON s.row "
            f"BETWEEN p.first_sentence AND p.first_sentence + p.sentences - 1 {chosen} "
            "ORDER BY s.row",
            asked,
        ):
            sentences.setdefault(row, []).append((start, stop))
        found = {
            fields[0]: _stored(fields, sentences.get(fields[0], ()))
            for fields in self._all(f"{_STORED} {chosen}", asked)
        }
        try:
            return [found[int(row)] for row in rows]
        except KeyError as error:
            raise IndexError(f"no passage has row {error}") from error

    def passage_at(self, article_id: str, start: int) -> StoredPassage | None:
        """The passage of the article that holds the character at this offset."""
        rows = self._all(
            "SELECT row FROM passages WHERE article = (SELECT number FROM articles WHERE id = ?) "
            "AND start <= ? AND stop > ? ORDER BY start DESC LIMIT 1",
            article_id,
            start,
            start,
        )
        return self.stored([rows[0][0]])[0] if rows else None

    def opening(self, article_id: str) -> StoredPassage | None:
        """The first passage of the article."""
        rows = self._all(
            "SELECT row FROM passages WHERE article = (SELECT number FROM articles WHERE id = ?) "
            "ORDER BY row LIMIT 1",
            article_id,
        )
        return self.stored([rows[0][0]])[0] if rows else None

    def languages(self) -> dict[str, int]:
        """Articles by language, the most used first."""
        return dict(
            self._all(
                "SELECT language, count(*) FROM articles GROUP BY language "
                "ORDER BY count(*) DESC, language"
            )
        )

    def digests(self) -> dict[str, bytes]:
        return dict(self._all("SELECT id, digest FROM articles"))

    def hashes(self, kind: Kind) -> bytes:
        """The hashes of the embedded texts, joined in row order."""
        return b"".join(row[0] for row in self._each(f"SELECT hash FROM {kind} ORDER BY row"))

    def first_sentences(self) -> list[int]:
        """The row of each passage's first sentence."""
        return [row[0] for row in self._each("SELECT first_sentence FROM passages ORDER BY row")]

    def openings(self) -> list[bool]:
        """By passage row: whether it is the first of its article."""
        owners = [row[0] for row in self._each("SELECT article FROM passages ORDER BY row")]
        return [row == 0 or owner != owners[row - 1] for row, owner in enumerate(owners)]

    def texts(self, kind: Kind, *, in_context: bool = False) -> Iterator[tuple[Article, str, str]]:
        """Article, heading and text of every passage or sentence, in row order.

        In context, a sentence that leans on an earlier one comes behind it.
        """
        spans = (
            "SELECT article, heading, start, stop, NULL, NULL FROM passages ORDER BY row"
            if kind == "passages"
            else "SELECT p.article, p.heading, s.start, s.stop, l.start, l.stop "
            "FROM sentences s JOIN passages p ON p.row = s.passage "
            "LEFT JOIN sentences l ON l.row = s.lead ORDER BY s.row"
        )
        number, article = -1, None
        for owner, heading, start, stop, lead_start, lead_stop in self._each(spans):
            if article is None or owner != number:
                by_number = f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE number = ?"
                number, article = owner, _article(self._all(by_number, owner)[0])
            text = article.text[start:stop]
            if in_context and lead_start is not None:
                text = behind(article.text[lead_start:lead_stop], text)
            yield article, heading, text

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._turn, self._reading():
            return self._connection.execute(query, values).fetchall()

    def _each(self, query: str) -> Iterator[tuple[Any, ...]]:
        """As `_all`, for results too large to hold: for a builder, which is alone."""
        with self._reading():
            # Not `yield from`: an abandoned one would close its cursor after the connection.
            for row in self._connection.execute(query):  # noqa: UP028
                yield row

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            raise DamagedIndex(
                f"{self._path}: cannot be read ({error}); rebuild the index with `selon index`"
            ) from error


def _dated(within: Period | None) -> tuple[str, tuple[str, ...]]:
    """The clause that chooses the articles of a period, and its values."""
    if within is None:
        return "", ()
    return "WHERE published BETWEEN ? AND ?", (str(within.first), str(within.last))


def _article(values: tuple[Any, ...]) -> Article:
    """From the values of `ARTICLE_COLUMNS`."""
    (identity, title, path, language, author, published, url, outlet, category) = values[:9]
    (published_at, updated, updated_at, origins, copies, sections, text) = values[9:]
    return Article(
        id=identity,
        text=text,
        title=title,
        path=path,
        language=language,
        author=author,
        published=_day(published),
        url=url,
        sections=tuple(Section(*section) for section in json.loads(sections)),
        outlet=outlet,
        category=category,
        published_at=_moment(published_at),
        updated=_day(updated),
        updated_at=_moment(updated_at),
        origins=tuple((fact, origin) for fact, origin in json.loads(origins)),
        copies=tuple(_copy(*copy) for copy in json.loads(copies)),
    )


def _copy(
    identity: str, title: str, path: str, outlet: str | None, day: str | None, url: str | None
) -> Copy:
    return Copy(identity, title, path, outlet, _day(day), url)


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def _stored(fields: tuple[Any, ...], spans: Sequence[tuple[int, int]]) -> StoredPassage:
    row, article_id, start, stop, heading, first_sentence, text = fields
    sentences = tuple(Sentence(a, b, text[a - start : b - start]) for a, b in spans)
    return StoredPassage(
        row, article_id, Passage(start, stop, text, heading, sentences), first_sentence
    )
