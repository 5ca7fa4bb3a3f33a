"""Articles, passages and sentences on disk, read by id or by row.

Texts are kept once, in their article; passages and sentences are spans of it. Rows count from 0 in
the order of writing and are those of the vectors.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from index.article import Article, Copy, Section
from index.article_index_period import Period
from index.build.passages import Passage, Sentence
from index.errors import DamagedIndex
from index.store.files.removed import SHORTEST_PREFIX

ARTICLE_COLUMNS = (
    "id, title, path, language, author, published, url, outlet, category, published_at, updated, "
    "updated_at, origins, copies, sections, text"
)
_ENTRY_COLUMNS = (
    "id, title, author, published, url, language, path, outlet, category, updated, copy_of"
)
_OWN = "copy_of IS NULL"
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
    """What a list of articles shows: an article without its text.

    `copy_of` is the id of the article that is answered from instead, if this one says the same.
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


class ArticleReader:
    """Reads a finished `articles.sqlite`, from several threads. Raises DamagedIndex."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # One connection opened now, not one a thread: it outlives the file's name, so a reader
        # whose generation has been removed can still finish its questions.
        self._turn = threading.Lock()
        with self._reading():
            self._connection = sqlite3.connect(
                f"file:{quote(os.fsencode(path.absolute()))}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        with self._turn:
            self._connection.close()

    def article(self, article_id: str) -> Article | None:
        rows = self._all(f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id = ?", article_id)
        return article_of(rows[0]) if rows else None

    def entries(self, within: Period | None = None, limit: int = -1) -> list[ArticleEntry]:
        """Articles, newest first, those without a date last; `limit` of them, -1 being all."""
        chosen, days = _dated(within)
        rows = self._all(
            f"SELECT {_ENTRY_COLUMNS} FROM articles {chosen} "
            "ORDER BY published DESC NULLS LAST, number LIMIT ?",
            *days,
            limit,
        )
        return [_entry(*row) for row in rows]

    def find(self, reference: str) -> list[ArticleEntry]:
        """The articles and copies that a reference means, the first way that finds any deciding."""
        ways = ["id = ?", "path = ?", "url = ?", "title = ?"]
        if len(reference) >= SHORTEST_PREFIX:
            ways.insert(1, "substr(id, 1, length(?1)) = ?1")
        for way in ways:
            rows = self._all(
                f"SELECT {_ENTRY_COLUMNS} FROM articles WHERE {way} ORDER BY number", reference
            )
            if rows:
                return [_entry(*row) for row in rows]
        return []

    def copied(self) -> list[ArticleEntry]:
        """The articles that have copies, by the order of reading."""
        rows = self._all(
            f"SELECT {_ENTRY_COLUMNS} FROM articles WHERE copies <> '[]' ORDER BY number"
        )
        return [_entry(*row) for row in rows]

    def count(self, within: Period) -> int:
        """How many articles were published in the period."""
        chosen, days = _dated(within)
        return int(self._all(f"SELECT count(*) FROM articles {chosen}", *days)[0][0])

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

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._turn, self._reading():
            return self._connection.execute(query, values).fetchall()

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
        return f"WHERE {_OWN}", ()
    return f"WHERE {_OWN} AND published BETWEEN ? AND ?", (str(within.first), str(within.last))


def _entry(
    identity: str,
    title: str,
    author: str | None,
    published: str | None,
    url: str | None,
    language: str,
    path: str,
    outlet: str | None,
    category: str | None,
    updated: str | None,
    copy_of: str | None,
) -> ArticleEntry:
    """From the values of `_ENTRY_COLUMNS`."""
    days = _day(published), _day(updated)
    return ArticleEntry(
        identity, title, author, days[0], url, language, path, outlet, category, days[1], copy_of
    )


def article_of(values: tuple[Any, ...]) -> Article:
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
