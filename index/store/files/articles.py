"""Articles, passages and sentences on disk, read by id or by row.

Texts are kept once, in their article; passages and sentences are spans of it. Rows count from 0 in
the order of writing and are those of the vectors.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from index.article import (
    FINGERPRINTED,
    Article,
    ArticleEntry,
    Copy,
    Passage,
    Period,
    Section,
    Selection,
    Sentence,
    corpus_fingerprint,
)
from index.errors import DamagedIndex, reason_of
from index.models.base import IntArray
from index.store.reader import SHORTEST_PREFIX, FacetKind, RowKind, StoredPassage
from index.text.antecedents import join_lead

ARTICLE_COLUMNS = (
    "id, title, path, language, author, published, url, outlet, category, published_at, updated, "
    "updated_at, origins, copies, sections, text"
)

ENTRY_COLUMNS = (
    "id, title, author, published, url, language, path, outlet, category, updated, copy_of"
)

_OWN = "copy_of IS NULL"
_ONE_OF = "id IN (SELECT value FROM json_each(?))"

_STORED = """
SELECT p.row, a.id, p.start, p.stop, p.heading, substr(a.text, p.start + 1, p.stop - p.start)
FROM passages p JOIN articles a ON a.number = p.article
"""


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
        return article_of_row(rows[0]) if rows else None

    def entries(
        self, within: Period | None = None, limit: int = -1, among: Selection | None = None
    ) -> list[ArticleEntry]:
        """Articles, newest first, those without a date last; `limit` of them, -1 being all."""
        chosen, values = _chosen(within, among)
        rows = self._all(
            f"SELECT {ENTRY_COLUMNS} FROM articles {chosen} "
            "ORDER BY published DESC NULLS LAST, number LIMIT ?",
            *values,
            limit,
        )
        return [entry_of_row(row) for row in rows]

    def entries_of(self, ids: Collection[str]) -> list[ArticleEntry]:
        """Those of these articles and copies that there are."""
        rows = self._all(f"SELECT {ENTRY_COLUMNS} FROM articles WHERE {_ONE_OF}", _listed(ids))
        return [entry_of_row(row) for row in rows]

    def passage_rows(self, ids: Collection[str]) -> IntArray:
        """The rows of the passages of these articles."""
        rows = self._all(
            "SELECT row FROM passages WHERE article IN "
            f"(SELECT number FROM articles WHERE {_ONE_OF})",
            _listed(ids),
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

    def find(self, reference: str) -> list[ArticleEntry]:
        """The articles and copies that a reference means, the first way that finds any deciding."""
        ways = ["id = ?", "path = ?", "url = ?", "title = ?"]
        if len(reference) >= SHORTEST_PREFIX:
            ways.insert(1, "substr(id, 1, length(?1)) = ?1")
        for way in ways:
            rows = self._all(
                f"SELECT {ENTRY_COLUMNS} FROM articles WHERE {way} ORDER BY number", reference
            )
            if rows:
                return [entry_of_row(row) for row in rows]
        return []

    def copied(self) -> list[ArticleEntry]:
        """The articles that have copies, by the order of reading."""
        rows = self._all(
            f"SELECT {ENTRY_COLUMNS} FROM articles WHERE copies <> '[]' ORDER BY number"
        )
        return [entry_of_row(row) for row in rows]

    def count(self, within: Period | None = None, among: Selection | None = None) -> int:
        """How many articles were published in the period, or are chosen."""
        chosen, values = _chosen(within, among)
        return int(self._all(f"SELECT count(*) FROM articles {chosen}", *values)[0][0])

    def facet(self, kind: FacetKind) -> dict[str, int]:
        """How many articles each outlet, category or language has, the most first."""
        return dict(
            self._all(
                f"SELECT {kind}, count(*) FROM articles WHERE {_OWN} AND {kind} <> '' "
                f"GROUP BY {kind} ORDER BY count(*) DESC, {kind}"
            )
        )

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

    def count_passages(self, article_id: str) -> int:
        """How many passages the article has."""
        of_article = "article = (SELECT number FROM articles WHERE id = ?)"
        return int(self._all(f"SELECT count(*) FROM passages WHERE {of_article}", article_id)[0][0])

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
                "damaged-unreadable", shown=self._path, reason=reason_of(error)
            ) from error


def _listed(ids: Collection[str]) -> str:
    return json.dumps(list(ids))


def _chosen(within: Period | None, among: Selection | None) -> tuple[str, tuple[str, ...]]:
    """The clause that chooses articles by their day and as `Selection` says, and its values."""
    clauses: list[tuple[str, str]] = []
    if within is not None:
        clauses += [("published >= ?", str(within.first)), ("published <= ?", str(within.last))]
    if among is not None:
        for column, wanted in (
            ("outlet", among.outlets),
            ("category", among.categories),
            ("language", among.languages),
            ("id", among.articles),
        ):
            if wanted:
                chosen = f"{column} IN (SELECT value FROM json_each(?))"
                clauses.append((chosen, json.dumps(wanted)))
        if among.folders:
            below = "instr('/' || articles.path, '/' || value || '/')"
            chosen = f"EXISTS (SELECT 1 FROM json_each(?) WHERE {below})"
            clauses.append((chosen, json.dumps(among.folders)))
        if among.since is not None:
            clauses.append(("published >= ?", str(among.since)))
        if among.until is not None:
            clauses.append(("published <= ?", str(among.until)))
    joined = " AND ".join((_OWN, *(clause for clause, _ in clauses)))
    return f"WHERE {joined}", tuple(value for _, value in clauses)


def entry_of_row(values: tuple[Any, ...]) -> ArticleEntry:
    """From the values of `ENTRY_COLUMNS`."""
    (identity, title, author, published, url, language, path, outlet, category) = values[:9]
    (updated, copy_of) = values[9:]
    days = _day(published), _day(updated)
    return ArticleEntry(
        identity, title, author, days[0], url, language, path, outlet, category, days[1], copy_of
    )


def article_of_row(values: tuple[Any, ...]) -> Article:
    """From the values of `ARTICLE_COLUMNS`; an article without an address has that of a copy."""
    (identity, title, path, language, author, published, url, outlet, category) = values[:9]
    (published_at, updated, updated_at, origins, copies, sections, text) = values[9:]
    elsewhere = tuple(_copy(*copy) for copy in json.loads(copies))
    return Article(
        id=identity,
        text=text,
        title=title,
        path=path,
        language=language,
        author=author,
        published=_day(published),
        url=url or next((copy.url for copy in elsewhere if copy.url), None),
        sections=tuple(Section(*section) for section in json.loads(sections)),
        outlet=outlet,
        category=category,
        published_at=_moment(published_at),
        updated=_day(updated),
        updated_at=_moment(updated_at),
        origins=tuple((fact, origin) for fact, origin in json.loads(origins)),
        copies=elsewhere,
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
    row, article_id, start, stop, heading, text = fields
    sentences = tuple(Sentence(a, b, text[a - start : b - start]) for a, b in spans)
    return StoredPassage(row, article_id, Passage(start, stop, text, heading, sentences))


class BulkReader(ArticleReader):
    """An `ArticleReader` that also gives what is true of all rows at once."""

    def languages(self) -> dict[str, int]:
        """Articles by language, the most used first."""
        return dict(
            self._all(
                "SELECT language, count(*) FROM articles WHERE copy_of IS NULL GROUP BY language "
                "ORDER BY count(*) DESC, language"
            )
        )

    def sources(self) -> Iterator[tuple[Any, ...]]:
        """The files that the articles came from, as they were noted, by location."""
        return self._each(
            "SELECT location, shown, url, digest, articles, skipped FROM sources ORDER BY location"
        )

    def left_out(self) -> frozenset[str]:
        """The ids of the articles that were read and not taken in, as the operator had asked."""
        return frozenset(row[0] for row in self._each("SELECT id FROM left_out"))

    def holds(self, article_id: str) -> bool:
        return bool(self._all("SELECT 1 FROM articles WHERE id = ?", article_id))

    def hashes(self, kind: RowKind) -> bytearray:
        """The hashes of the embedded texts, joined in row order."""
        joined = bytearray()
        for row in self._each(f"SELECT hash FROM {kind} ORDER BY row"):
            joined += row[0]
        return joined

    def first_sentences(self) -> npt.NDArray[np.int64]:
        """The row of each passage's first sentence."""
        rows = self._each("SELECT first_sentence FROM passages ORDER BY row")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def openings(self) -> npt.NDArray[np.bool_]:
        """By passage row: whether it is the first of its article."""
        rows = self._each("SELECT article FROM passages ORDER BY row")
        owners = np.fromiter((row[0] for row in rows), dtype=np.int64)
        return np.append(True, np.diff(owners) != 0)[: len(owners)]

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        """Article, heading and text of every passage or sentence, in row order, or of some rows.

        In context, a sentence that leans on an earlier one comes behind it.
        """
        asked = None if rows is None else json.dumps(rows.tolist())
        number, article = -1, None
        for owner, heading, start, stop, lead_start, lead_stop in self._each(
            _spans(kind, some=rows is not None), *([] if asked is None else [asked])
        ):
            if article is None or owner != number:
                by_number = f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE number = ?"
                number, article = owner, article_of_row(self._all(by_number, owner)[0])
            text = article.text[start:stop]
            if in_context and lead_start is not None:
                text = join_lead(article.text[lead_start:lead_stop], text)
            yield article, heading, text

    def days(self) -> npt.NDArray[np.int32]:
        """By passage row: the day of its article as `date.toordinal` has it, 0 where unknown."""
        rows = self._each(
            "SELECT a.published FROM passages p JOIN articles a ON a.number = p.article "
            "ORDER BY p.row"
        )
        ordinals = (date.fromisoformat(row[0]).toordinal() if row[0] else 0 for row in rows)
        return np.fromiter(ordinals, dtype=np.int32)

    def selected(self, among: Selection) -> IntArray:
        """The rows of the passages of the articles that are chosen."""
        chosen, values = _chosen(None, among)
        rows = self._each(
            "SELECT p.row FROM passages p WHERE p.article IN "
            f"(SELECT number FROM articles {chosen})",
            *values,
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def own(self) -> int:
        """How many articles are answered from."""
        return int(self._all("SELECT count(*) FROM articles WHERE copy_of IS NULL")[0][0])

    def fingerprint(self) -> str:
        """Equal for two generations whose articles are the same."""
        return corpus_fingerprint(self._each(f"SELECT {FINGERPRINTED} FROM articles ORDER BY id"))

    def copies(self) -> int:
        return int(self._all("SELECT count(*) FROM articles WHERE copy_of IS NOT NULL")[0][0])

    def _each(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """As `_all`, for results too large to hold, while nobody else asks."""
        with self._reading():
            # Not `yield from`: an abandoned one would close its cursor after the connection.
            for row in self._connection.execute(query, values):  # noqa: UP028
                yield row


def _spans(kind: RowKind, *, some: bool) -> str:
    chosen = "WHERE {}.row IN (SELECT value FROM json_each(?))" if some else ""
    if kind == "passages":
        return (
            "SELECT p.article, p.heading, p.start, p.stop, NULL, NULL FROM passages p "
            f"{chosen.format('p')} ORDER BY p.row"
        )
    return (
        "SELECT p.article, p.heading, s.start, s.stop, l.start, l.stop "
        "FROM sentences s JOIN passages p ON p.row = s.passage "
        f"LEFT JOIN sentences l ON l.row = s.lead {chosen.format('s')} ORDER BY s.row"
    )
