"""Read articles, passages and sentences from `articles.sqlite`, by id or by row.

Texts are stored once, in their article; passages and sentences are spans of it. Their rows count
from 0 in the order of writing and are also the rows of their vectors.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from index.article import (
    FINGERPRINTED,
    Article,
    ArticleEntry,
    Copy,
    Section,
    Selection,
    SignedArticle,
    corpus_fingerprint,
)
from index.errors import DamagedIndex, IndexingError, Problem, Words, reason_of
from index.models.base import IntArray
from index.store.generation import SHORTEST_PREFIX, FacetKind, RowKind, StoredPassage, sort_counts
from index.text.antecedents import join_lead

ARTICLE_COLUMNS = (
    "id, title, path, language, author, published, url, outlet, category, published_at, updated, "
    "updated_at, origins, copies, sections, text"
)
ENTRY_COLUMNS = (
    "id, title, author, published, url, language, path, outlet, category, updated, copy_of, "
    "copies <> '[]'"
)
_NAMED_BY_FILE = json.dumps(("title", "file name"))
_OWN_TITLE = f"CASE WHEN replace(origins, '{_NAMED_BY_FILE}', '') = origins THEN title ELSE '' END"
SIGNED_COLUMNS = f"id, signature, published, updated, length, {_OWN_TITLE}, outlet, " + " + ".join(
    f"CAST({column} IS NOT NULL AS integer)" for column in ("author", "outlet", "url")
)
TITLE_COLUMNS = f"id, {_OWN_TITLE}, substr(signature, 1, 16), outlet"
ARTICLES_FILE = "articles.sqlite"
_FLAGS = 60  # bits of a number of SQLite
_AMONG_IDS = "id IN (SELECT value FROM json_each(?))"


Way: TypeAlias = Literal["id", "id_prefix", "path", "url", "title"]


@dataclass(frozen=True, slots=True)
class SqlDialect:
    """SQL for conditions on articles `a`; `as_list` converts list values, `row` is the column of a
    passage's number."""

    mark: str
    row: str
    id_prefix: str
    column_in_list: str
    path_below: str
    as_list: Callable[[Sequence[str]], object]


SQLITE = SqlDialect(
    mark="?",
    row="row",
    id_prefix="substr(id, 1, length(?1)) = ?1",
    column_in_list="a.{} IN (SELECT value FROM json_each(?))",
    path_below="instr('/' || a.path, '/' || ? || '/') > 0",
    as_list=json.dumps,
)


def selection_clause(among: Selection | None, dialect: SqlDialect) -> tuple[str, list[object]]:
    """Condition for the searchable articles `a` of a selection, and its values."""
    clause, values = matching_clause(among or Selection(), dialect)
    return f"a.copy_of IS NULL AND {clause}", values


def matching_clause(selection: Selection, dialect: SqlDialect) -> tuple[str, list[object]]:
    """Like `selection_clause`, for copies, too."""
    clauses, values = list[str](), list[object]()

    def require(clause: str, value: object) -> None:
        clauses.append(clause)
        values.append(value)

    for column, values_of in (
        ("outlet", selection.outlets),
        ("category", selection.categories),
        ("language", selection.languages),
        ("id", selection.articles),
        ("author", selection.authors),
    ):
        if values_of:
            require(dialect.column_in_list.format(column), dialect.as_list(values_of))
    if selection.folders:
        clauses.append(f"({' OR '.join([dialect.path_below] * len(selection.folders))})")
        values += selection.folders
    if selection.since is not None:
        require(f"a.published >= {dialect.mark}", str(selection.since))
    if selection.until is not None:
        require(f"a.published <= {dialect.mark}", str(selection.until))
    for other in selection.outside:
        clause, own = matching_clause(other, dialect)
        clauses.append(f"({clause}) IS NOT TRUE")  # without an outlet, it is no other's
        values += own
    return " AND ".join(clauses) or "TRUE", values


class SourceRow(NamedTuple):
    """A file that articles came from; see `index.ingestion.readings.FileReading.as_row`."""

    location: str
    shown: str
    url: str | None
    digest: bytes | None
    articles: str
    skipped: str


def sqlite_address(path: Path, mode: str = "ro&immutable=1") -> str:
    """URI of a database, by default one that nobody changes."""
    return f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"


@contextmanager
def translate_sqlite_errors(
    translate: Callable[[Problem | Words], IndexingError],
) -> Iterator[None]:
    """Raise SQLite's errors as `translate` makes them of their reason."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        raise translate(reason_of(error)) from error


class SqlArticles:
    """What databases of any dialect read alike; see `index.store.generation.StoredGeneration` and
    `index.store.build.PreviousGeneration`."""

    _dialect: SqlDialect

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a query; {g} stands for the schema."""
        raise NotImplementedError

    def _of_articles(
        self, columns: str, ids: Collection[str], order: str = ""
    ) -> list[tuple[Any, ...]]:
        among = self._dialect.column_in_list.format("id")
        query = f"SELECT {columns} FROM {{g}}.articles a WHERE {among} {order}"
        return self.rows(query, self._dialect.as_list(list(ids))) if ids else []

    def _entries(self, clause: str, *values: object) -> list[ArticleEntry]:
        query = f"SELECT {ENTRY_COLUMNS} FROM {{g}}.articles a WHERE {clause}"
        return [entry_of_row(row) for row in self.rows(query, *values)]

    def entries(self, ids: Collection[str]) -> list[ArticleEntry]:
        rows = self._of_articles(ENTRY_COLUMNS, ids, "ORDER BY number")
        return [entry_of_row(row) for row in rows]

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        articles = map(article_of_row, self._of_articles(ARTICLE_COLUMNS, ids))
        return {article.id: article for article in articles}

    def find(self, reference: str, among: Selection | None = None) -> list[ArticleEntry]:
        ways = ways_of(reference)
        return next(filter(None, (self.find_by(way, reference, among) for way in ways)), [])

    def find_by(self, way: Way, reference: str, among: Selection | None) -> list[ArticleEntry]:
        """Match a reference by one of `ways_of`."""
        dialect = self._dialect
        clause = dialect.id_prefix if way == "id_prefix" else f"{way} = {dialect.mark}"
        entries = self._entries(f"{clause} ORDER BY number", reference)
        return [entry for entry in entries if among is None or entry in among]

    def _clause(self, among: Selection | None) -> tuple[str, list[object]]:
        return selection_clause(among, self._dialect)

    def count(self, among: Selection | None = None) -> int:
        clause, values = self._clause(among)
        query = f"SELECT count(*) FROM {{g}}.articles a WHERE {clause}"
        return int(self.rows(query, *values)[0][0])

    def facet(self, kind: FacetKind, among: Selection | None = None) -> dict[str, int]:
        clause, values = self._clause(among)
        query = (
            f"SELECT {kind}, count(*) FROM {{g}}.articles a "
            f"WHERE {clause} AND {kind} <> '' GROUP BY {kind}"
        )
        return sort_counts(dict(self.rows(query, *values)))

    def passage_keys(self, ids: Collection[str]) -> IntArray:
        among = self._dialect.column_in_list.format("id")
        query = (
            f"SELECT p.{self._dialect.row} FROM {{g}}.passages p "
            f"JOIN {{g}}.articles a ON a.number = p.article WHERE {among} ORDER BY 1"
        )
        rows = self.rows(query, self._dialect.as_list(list(ids))) if ids else []
        return np.array([row[0] for row in rows], dtype=np.int64)

    def signed(self, ids: Collection[str]) -> list[SignedArticle]:
        columns = f"{SIGNED_COLUMNS}, {FINGERPRINTED}"
        return [signed_of_row(row) for row in self._of_articles(columns, ids)]

    def sources(self) -> Iterator[SourceRow]:
        columns = ", ".join(SourceRow._fields)
        query = f"SELECT {columns} FROM {{g}}.sources ORDER BY location"
        return map(SourceRow._make, self.rows(query))

    def left_out(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.rows("SELECT id FROM {g}.left_out"))


class StoredArticles(SqlArticles):
    """Reads a finished `articles.sqlite`. Thread-safe. Raises DamagedIndex."""

    _dialect = SQLITE

    def __init__(self, path: Path) -> None:
        self._translating = partial(
            translate_sqlite_errors,
            lambda reason: DamagedIndex("damaged-unreadable", subject=path, reason=reason),
        )
        # One connection opened now, rather than one per thread: it outlives the file's name, so
        # readers of a removed generation can finish their questions.
        self._lock = threading.Lock()
        self._numbers: dict[Selection, IntArray] = {}
        with self._translating():
            self._connection = sqlite3.connect(
                sqlite_address(path), uri=True, check_same_thread=False
            )
            self._connection.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._all(query.replace("{g}.", ""), *values)

    def article(self, article_id: str) -> Article | None:
        return self.articles_by_id([article_id]).get(article_id)

    def articles(
        self, among: Selection | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        """Articles, newest first, undated ones last; at most `limit` unless negative."""
        clause, values = self._clause(among)
        order = "ORDER BY published DESC NULLS LAST, number"
        # Sort numbers before reading rows: halves the time when skipping thousands.
        numbers = f"SELECT number FROM articles a WHERE {clause} {order} LIMIT ? OFFSET ?"
        return self._entries(f"number IN ({numbers}) {order}", *values, limit, skip)

    def count_copies(self) -> int:
        return int(self._all("SELECT count(*) FROM articles WHERE copy_of IS NOT NULL")[0][0])

    def languages(self) -> dict[str, int]:
        """Number of articles by language, most frequent first."""
        return dict(
            self._all(
                "SELECT language, count(*) FROM articles WHERE copy_of IS NULL GROUP BY language "
                "ORDER BY count(*) DESC, language"
            )
        )

    def passages_by_key(self, keys: Sequence[int]) -> list[StoredPassage]:
        key_list = _json_list(map(int, keys))
        among = "WHERE p.row IN (SELECT value FROM json_each(?))"
        sentences: dict[int, list[tuple[int, int]]] = {}
        for row, start, stop in self._all(
            "SELECT p.row, s.start, s.stop FROM passages p JOIN sentences s ON s.row "
            f"BETWEEN p.first_sentence AND p.first_sentence + p.sentences - 1 {among} "
            "ORDER BY s.row",
            key_list,
        ):
            sentences.setdefault(row, []).append((start, stop))
        passages = self._all(
            "SELECT p.row, a.id, p.start, p.stop, p.heading, "
            "substr(a.text, p.start + 1, p.stop - p.start) "
            f"FROM passages p JOIN articles a ON a.number = p.article {among}",
            key_list,
        )
        return StoredPassage.in_order(keys, passages, sentences)

    def holds(self, article_id: str) -> bool:
        return bool(self._all("SELECT 1 FROM articles WHERE id = ?", article_id))

    def ids(self) -> list[str]:
        """Ids of all articles and copies."""
        return [row[0] for row in self._all("SELECT id FROM articles")]

    def ids_of(self, numbers: Collection[int]) -> list[str]:
        """Ids of the articles and copies with these numbers."""
        query = "SELECT id FROM articles WHERE number IN (SELECT value FROM json_each(?))"
        return [row[0] for row in self._all(query, _json_list(numbers))]

    def titles(self) -> Iterator[tuple[Any, ...]]:
        """Id, title, digest (start of the signature) and outlet of every article and copy."""
        return self._stream(f"SELECT {TITLE_COLUMNS} FROM articles")

    def hashes(self, kind: RowKind) -> bytearray:
        """Hashes of the embedded texts, joined in row order."""
        content = bytearray()
        for row in self._stream(f"SELECT hash FROM {kind} ORDER BY row"):
            content += row[0]
        return content

    def hashes_of(self, kind: RowKind, ids: Collection[str]) -> tuple[IntArray, bytes]:
        """Rows of the texts of these articles, ascending, and their joined hashes."""
        query = {
            "passages": "SELECT p.row, p.hash FROM passages p",
            "sentences": "SELECT s.row, s.hash FROM passages p JOIN sentences s "
            "ON s.row BETWEEN p.first_sentence AND p.first_sentence + p.sentences - 1",
        }[kind]
        of_articles = f"p.article IN (SELECT number FROM articles WHERE {_AMONG_IDS})"
        pairs = self._all(f"{query} WHERE {of_articles} ORDER BY 1", _json_list(ids))
        rows = np.array([row for row, _ in pairs], dtype=np.int64)
        return rows, b"".join(own for _, own in pairs)

    def first_sentences(self) -> IntArray:
        """Row of each passage's first sentence."""
        rows = self._stream("SELECT first_sentence FROM passages ORDER BY row")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def openings(self) -> npt.NDArray[np.bool_]:
        """By passage row, True if it is the first of its article."""
        owners = self.owners()
        return np.append(True, np.diff(owners) != 0)[: len(owners)]

    def days(self) -> npt.NDArray[np.int32]:
        """By passage row, the publication day as `date.toordinal`, 0 if unknown."""
        rows = self._stream(
            "SELECT a.published FROM passages p JOIN articles a ON a.number = p.article "
            "ORDER BY p.row"
        )
        ordinals = (date.fromisoformat(row[0]).toordinal() if row[0] else 0 for row in rows)
        return np.fromiter(ordinals, dtype=np.int32)

    def _clause(self, among: Selection | None) -> tuple[str, list[object]]:
        if among is None or not among.outside:
            return selection_clause(among, SQLITE)
        clause, values = selection_clause(replace(among, outside=()), SQLITE)
        numbers = _json_list(self.numbers_of(among.outside).tolist())
        return f"{clause} AND a.number NOT IN (SELECT value FROM json_each(?))", [*values, numbers]

    def numbers_of(self, selections: Collection[Selection]) -> IntArray:
        """Numbers of the articles in any of these selections, each of which is looked up once:
        many people read some of the same collections."""
        unknown = [selection for selection in selections if selection not in self._numbers]
        for first in range(0, len(unknown), _FLAGS):  # in one scan, which reads all texts
            part, flags, values = unknown[first : first + _FLAGS], list[str](), list[object]()
            for at, selection in enumerate(part):
                clause, own = matching_clause(selection, SQLITE)
                flags.append(f"((({clause}) IS TRUE) << {at})")
                values += own
            query = f"SELECT number, {' | '.join(flags)} FROM articles a WHERE copy_of IS NULL"
            table = np.array(self._all(query, *values), dtype=np.int64).reshape(-1, 2)
            for at, selection in enumerate(part):
                self._numbers[selection] = table[(table[:, 1] >> at) & 1 == 1, 0]
        return np.concatenate([self._numbers[selection] for selection in selections])

    def owners(self) -> IntArray:
        """By passage row, the number of its article."""
        rows = self._stream("SELECT article FROM passages ORDER BY row")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def select_rows(self, among: Selection) -> IntArray:
        """Rows of the passages of the selected articles."""
        clause, values = self._clause(among)
        rows = self._stream(
            "SELECT p.row FROM passages p WHERE p.article IN "
            f"(SELECT number FROM articles a WHERE {clause})",
            *values,
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        """See `index.store.writer.TextWriter.texts`."""
        condition = "" if rows is None else "WHERE r.row IN (SELECT value FROM json_each(?))"
        query = {
            "passages": "SELECT r.article, r.heading, r.start, r.stop, NULL, NULL FROM passages r",
            "sentences": "SELECT p.article, p.heading, r.start, r.stop, l.start, l.stop "
            "FROM sentences r JOIN passages p ON p.row = r.passage "
            "LEFT JOIN sentences l ON l.row = r.lead",
        }[kind]
        values = [] if rows is None else [json.dumps(rows.tolist())]
        number, article = -1, None
        for owner, heading, start, stop, lead_start, lead_stop in self._stream(
            f"{query} {condition} ORDER BY r.row", *values
        ):
            if article is None or owner != number:
                by_number = f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE number = ?"
                number, article = owner, article_of_row(self._all(by_number, owner)[0])
            text = article.text[start:stop]
            if in_context and lead_start is not None:
                text = join_lead(article.text[lead_start:lead_stop], text)
            yield article, heading, text

    def fingerprint(self) -> str:
        """Equal for generations with the same articles."""
        return corpus_fingerprint(self._stream(f"SELECT {FINGERPRINTED} FROM articles"))

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, self._translating():
            return self._connection.execute(query, values).fetchall()

    def _stream(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Like `_all`, for large results while no other thread reads."""
        with self._translating():
            # Not `yield from`: an abandoned iterator would close its cursor after the connection.
            for row in self._connection.execute(query, values):  # noqa: UP028
                yield row


def ways_of(reference: str) -> Iterator[Way]:
    """What a reference may match of articles, in order of precedence."""
    if "\0" not in reference:  # no text has it, and PostgreSQL refuses it
        yield "id"
        if len(reference) >= SHORTEST_PREFIX:
            yield "id_prefix"
        yield from ("path", "url", "title")


def signed_of_row(values: tuple[Any, ...]) -> SignedArticle:
    """Parse a row of `SIGNED_COLUMNS`, followed by `FINGERPRINTED` or not."""
    identity, signature, published, updated, length, title, outlet, facts, *fingerprint = values
    days = day_of(published), day_of(updated)
    return SignedArticle(
        identity, signature, *days, length, title, outlet, facts, tuple(fingerprint)
    )


def _json_list(values: Iterable[object]) -> str:
    return json.dumps(list(values))


def entry_of_row(values: tuple[Any, ...]) -> ArticleEntry:
    """Parse a row of `ENTRY_COLUMNS`."""
    (article_id, title, author, published, url, language, path, outlet, category) = values[:9]
    (updated, copy_of, has_copies) = values[9:]
    return ArticleEntry(
        *(article_id, title, author, day_of(published), url, language, path, outlet, category),
        *(day_of(updated), copy_of, bool(has_copies)),
    )


def article_of_row(values: tuple[Any, ...]) -> Article:
    """Parse a row of `ARTICLE_COLUMNS`; an article without an address gets that of a copy."""
    (identity, title, path, language, author, published, url, outlet, category) = values[:9]
    (published_at, updated, updated_at, origins, copies, sections, text) = values[9:]
    elsewhere = tuple(
        Copy(identity, title, path, outlet, day_of(published), url)
        for identity, title, path, outlet, published, url in json.loads(copies)
    )
    return Article(
        id=identity,
        text=text,
        title=title,
        path=path,
        language=language,
        author=author,
        published=day_of(published),
        url=url or next((copy.url for copy in elsewhere if copy.url), None),
        sections=tuple(Section(*section) for section in json.loads(sections)),
        outlet=outlet,
        category=category,
        published_at=datetime.fromisoformat(published_at) if published_at else None,
        updated=day_of(updated),
        updated_at=datetime.fromisoformat(updated_at) if updated_at else None,
        origins=tuple((fact, origin) for fact, origin in json.loads(origins)),
        copies=elsewhere,
    )


def day_of(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
