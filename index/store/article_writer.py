"""Write the articles and passages of a new generation, reusing those of the previous one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.article import (
    FINGERPRINTED,
    Article,
    DuplicateGroup,
    Passage,
    Selection,
    SignedArticle,
    corpus_fingerprint,
)
from index.errors import StoreError
from index.store.articles import (
    ARTICLE_COLUMNS,
    SIGNED_COLUMNS,
    SQLITE,
    SourceRow,
    article_of_row,
    matching_clause,
    signed_of_row,
    sqlite_address,
    translate_sqlite_errors,
)
from index.text.antecedents import find_leads

# `articles` includes copies (`copy_of`), which have no passages; its long columns come last so that
# scans skip them. `sources` are the files, `left_out` the articles that the operator removed.
TABLES = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    told BLOB NOT NULL,
    copy_of TEXT,
    length INTEGER NOT NULL,
    title TEXT NOT NULL,
    path TEXT NOT NULL,
    language TEXT NOT NULL,
    author TEXT,
    published TEXT,
    url TEXT,
    outlet TEXT,
    category TEXT,
    published_at TEXT,
    updated TEXT,
    updated_at TEXT,
    origins TEXT NOT NULL,
    copies TEXT NOT NULL,
    sections TEXT NOT NULL,
    signature BLOB NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    heading TEXT NOT NULL,
    first_sentence INTEGER NOT NULL,
    sentences INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE sentences (
    row INTEGER PRIMARY KEY,
    passage INTEGER NOT NULL REFERENCES passages,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    lead INTEGER REFERENCES sentences,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE sources (
    location TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    url TEXT,
    digest BLOB,
    articles TEXT NOT NULL,
    skipped TEXT NOT NULL
) STRICT;
CREATE TABLE left_out (id TEXT PRIMARY KEY) STRICT;
"""

INDEXES = "CREATE INDEX passages_by_place ON passages (article, start);"
_CACHE_KIB = 64 * 1024
_VALUES = ", ".join("?" * (3 + len(ARTICLE_COLUMNS.split(","))))
_MOVED_PATH = "iif(instr(path, ?) = 1, ? || substr(path, length(?) + 1), path)"
_WITHOUT_COPIES = ARTICLE_COLUMNS.replace(" copies,", " '[]',")
_WITH_MOVED_PATH = _WITHOUT_COPIES.replace(" path,", f" {_MOVED_PATH},")
_AMONG = "WHERE id IN (SELECT value FROM json_each(?))"


def has_own_schema(path: Path) -> bool:
    """True if the database has exactly the tables and indexes of `TABLES`. A view in place of a
    table could loop forever. Raises sqlite3.Error."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    with closing(sqlite3.connect(":memory:")) as own:
        own.executescript(TABLES + INDEXES)
        with closing(sqlite3.connect(sqlite_address(path), uri=True)) as other:
            return own.execute(query).fetchall() == other.execute(query).fetchall()


@dataclass(frozen=True, slots=True)
class ArticleChanges:
    """Number of articles by difference from the previous generation; copies do not count."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True, eq=False)
class LikenessKeys:
    """Index of similar articles: sorted keys, and for each the number of an article that has it
    (see `index.ingestion.duplicates.likeness_keys`)."""

    keys: npt.NDArray[np.uint64]
    numbers: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, keys: npt.NDArray[np.uint64], numbers: npt.NDArray[np.uint32]) -> LikenessKeys:
        """From pairs in any order."""
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], numbers[order])

    def find(self, keys: npt.NDArray[np.uint64], most: int) -> list[int]:
        """Numbers of the articles that have any of these keys, at most `most` per key."""
        firsts = np.searchsorted(self.keys, keys, side="left")
        lasts = np.minimum(np.searchsorted(self.keys, keys, side="right"), firsts + most)
        rows = [self.numbers[first:last] for first, last in zip(firsts, lasts, strict=True)]
        return np.unique(np.concatenate(rows)).tolist() if rows else []


class ArticleDatabase:
    """A new `articles.sqlite`, with the previous one, if any, attached as `previous`.

    `alike`: the previous one was read and cut by the same rules, so its unchanged articles can be
    reused. Articles come first, then which ones are copies, then passages and sentences, numbered
    from 0; `passages` and `sentences` count them. `likeness`, if known, finds the articles that a
    new one may be a copy of. Raises StoreError.
    """

    def __init__(self, path: Path, previous: Path | None = None, *, alike: bool = False) -> None:
        self._translating = partial(
            translate_sqlite_errors,
            lambda reason: StoreError("articles-unwritable", subject=path, reason=reason),
        )
        self.alike = alike and previous is not None
        self.likeness: LikenessKeys | None = None
        self.passages = self.sentences = 0
        with self._translating():
            self._connection = sqlite3.connect(
                sqlite_address(path, "rwc"), uri=True, isolation_level=None
            )
        run = self._connection.execute
        try:
            with self._translating():
                # No journal: nothing reads this file before it is complete and flushed.
                run("PRAGMA journal_mode = OFF")
                run("PRAGMA synchronous = OFF")
                run(f"PRAGMA cache_size = -{_CACHE_KIB}")
                self._connection.executescript(TABLES)
                before = sqlite_address(previous) if previous else ":memory:"
                run("ATTACH DATABASE ? AS previous", (before,))
                if previous is None:
                    empty = TABLES.replace("CREATE TABLE ", "CREATE TABLE previous.")
                    self._connection.executescript(empty)
                run("BEGIN")
        except StoreError:
            self.close()
            raise

    def run(self, statement: str, *values: object) -> None:
        with self._translating():
            self._connection.execute(statement, values)

    def run_each(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        with self._translating():
            self._connection.executemany(statement, values)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._translating():
            return self._connection.execute(query, values).fetchall()

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Like `rows`, for large results."""
        with self._translating():
            # Not `yield from`: an abandoned iterator would close its cursor after the connection.
            for row in self._connection.execute(query):  # noqa: UP028
                yield row

    def attach(self, previous: Path) -> None:
        """Replace the attached `previous` database."""
        for statement in ("COMMIT", "DETACH DATABASE previous"):
            self.run(statement)
        self.run("ATTACH DATABASE ? AS previous", sqlite_address(previous))
        self.run("BEGIN")

    def finish(self) -> None:
        with self._translating():
            self._connection.execute("COMMIT")
            self._connection.execute("DETACH DATABASE previous")
            self._connection.executescript(INDEXES)
        self.close()

    def close(self) -> None:
        self._connection.close()

    def holds(self, article_id: str) -> bool:
        return bool(self.rows("SELECT 1 FROM articles WHERE id = ?", article_id))

    def add(self, article: Article, digest: bytes, signature: bytes) -> None:
        """Add an article with its digest (column `told`) and its duplicate signature, if any."""
        copies = (
            (copy.id, copy.title, copy.path, copy.outlet, _iso(copy.published), copy.url)
            for copy in article.copies
        )
        sections = [(s.heading, s.heading_start, s.heading_end) for s in article.sections]
        self.run(
            f"INSERT INTO articles (told, signature, length, {ARTICLE_COLUMNS}) VALUES ({_VALUES})",
            *(digest, signature, len(article.text)),
            *(article.id, article.title, article.path, article.language, article.author),
            *(_iso(article.published), article.url, article.outlet, article.category),
            *map(_iso, (article.published_at, article.updated, article.updated_at)),
            *map(json.dumps, (article.origins, list(copies), sections)),
            article.text,
        )

    def signature(self, article_id: str, digest: bytes) -> bytes | None:
        """The signature of this very article in the previous generation, if reusable."""
        if not self.alike:
            return None
        rows = self.rows(
            "SELECT signature FROM previous.articles WHERE id = ? AND told = ?", article_id, digest
        )
        return bytes(rows[0][0]) if rows else None

    def add_again(self, ids: Sequence[str], old_path: str, new_path: str) -> bool:
        """Copy these from the previous generation, replacing the start of their paths. Returns
        False, copying none, if one is missing there or already added here."""
        ids_json = json.dumps(ids)
        [(before,)] = self.rows(f"SELECT count(*) FROM previous.articles {_AMONG}", ids_json)
        [(count,)] = self.rows(f"SELECT count(*) FROM articles {_AMONG}", ids_json)
        if not self.alike or count or before != len(ids):
            return False
        self.run(
            f"INSERT INTO articles (told, signature, length, {ARTICLE_COLUMNS}) "
            f"SELECT told, signature, length, {_WITH_MOVED_PATH} FROM previous.articles {_AMONG} "
            "ORDER BY number",
            *(old_path, new_path, old_path, ids_json),
        )
        return True

    def take(self, ids: Collection[str]) -> None:
        """Copy these from the previous generation, as copies of nothing."""
        self.run(
            f"INSERT INTO articles (told, signature, length, {ARTICLE_COLUMNS}) "
            f"SELECT told, signature, length, {_WITHOUT_COPIES} FROM previous.articles {_AMONG}",
            json.dumps(list(ids)),
        )

    def take_all(self, deleted_ids: Collection[str]) -> list[tuple[int, int, bool]]:
        """Copy all articles, copies and sources from the previous generation, except the deleted
        articles. Returns new number, previous number and whether it is a copy."""
        [(last,)] = self.rows("SELECT coalesce(max(number), 0) FROM articles")
        columns = f"id, told, signature, copy_of, length, {ARTICLE_COLUMNS.removeprefix('id, ')}"
        self.run(
            f"INSERT INTO articles ({columns}) SELECT {columns} FROM previous.articles "
            "WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY number",
            json.dumps(list(deleted_ids)),
        )
        for table in ("sources", "left_out"):
            self.run(f"INSERT OR REPLACE INTO {table} SELECT * FROM previous.{table}")
        return self.rows(
            "SELECT a.number, b.number, a.copy_of IS NOT NULL FROM articles a "
            "JOIN previous.articles b USING (id) WHERE a.number > ? ORDER BY a.number",
            last,
        )

    def forget_sources(self, locations: Collection[str]) -> None:
        self.run_each("DELETE FROM sources WHERE location = ?", [(e,) for e in locations])

    def note(self, source: SourceRow) -> None:
        """Record what a file gave, for the next build."""
        self.run("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?)", *source)

    def leave_out(self, article_id: str) -> None:
        self.run("INSERT OR IGNORE INTO left_out VALUES (?)", article_id)

    def signatures(self) -> Iterator[SignedArticle]:
        rows = self.stream(f"SELECT {SIGNED_COLUMNS} FROM articles ORDER BY number")
        return map(signed_of_row, rows)

    def select(self, among: Selection) -> frozenset[str]:
        """Ids of the selected articles and copies."""
        clause, values = matching_clause(among, SQLITE)
        rows = self.rows(f"SELECT id FROM articles a WHERE {clause}", *values)
        return frozenset(row[0] for row in rows)

    def unite(self, groups: Iterable[DuplicateGroup]) -> int:
        """Mark the copies of each group; return how many there are."""
        count = 0
        for group in groups:
            copies = []
            for copy_id in group.copies:
                copies += self.rows(
                    "UPDATE articles SET copy_of = ? WHERE id = ? "
                    "RETURNING id, title, path, outlet, published, url",
                    *(group.original, copy_id),
                )
            self.run(
                "UPDATE articles SET copies = ? WHERE id = ?", json.dumps(copies), group.original
            )
            count += len(copies)
        return count

    def fingerprint(self) -> str:
        """Equal for generations with the same articles."""
        return corpus_fingerprint(self.fingerprint_rows())

    def fingerprint_rows(self) -> Iterator[tuple[Any, ...]]:
        return self.stream(f"SELECT {FINGERPRINTED} FROM articles")

    def count(self) -> int:
        """Number of searchable articles."""
        return int(self.rows("SELECT count(*) FROM articles WHERE copy_of IS NULL")[0][0])

    def count_left_out(self) -> int:
        return int(self.rows("SELECT count(*) FROM left_out")[0][0])

    def changes(self) -> ArticleChanges:
        [(both, same)] = self.rows(
            "SELECT count(*), sum(a.told = b.told AND a.path = b.path AND a.copies = b.copies) "
            "FROM articles a JOIN previous.articles b USING (id) "
            "WHERE a.copy_of IS NULL AND b.copy_of IS NULL"
        )
        [(before,)] = self.rows("SELECT count(*) FROM previous.articles WHERE copy_of IS NULL")
        same_count = same or 0
        return ArticleChanges(self.count() - both, both - same_count, before - both, same_count)

    def uncut(self) -> Iterator[tuple[int, int | None]]:
        """Yield the number of each searchable article, and its number in the previous generation
        if its passages can be reused."""
        same = "b.told = a.told AND b.copy_of IS NULL" if self.alike else "FALSE"
        yield from self.stream(
            "SELECT a.number, b.number FROM articles a "
            f"LEFT JOIN previous.articles b ON b.id = a.id AND {same} "
            "WHERE a.copy_of IS NULL ORDER BY a.number"
        )

    def article(self, number: int) -> Article:
        by_number = f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE number = ?"
        return article_of_row(self.rows(by_number, number)[0])

    def add_passages(
        self,
        article: int,
        language: str,
        passages: Sequence[Passage],
        hashes: Sequence[tuple[bytes, Sequence[bytes]]],
    ) -> None:
        """Add the passages of an article; `hashes` has, for each passage, its own hash and those of
        its sentences."""
        for passage, (own, of_sentences) in zip(passages, hashes, strict=True):
            sentences, number = passage.sentences, self.passages
            self.run(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(number, article, passage.start, passage.end, passage.heading),
                *(self.sentences, len(sentences), own),
            )
            rows = {sentence: row for row, sentence in enumerate(sentences, self.sentences)}
            leads = find_leads(passage, language)
            self.run_each(
                "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (
                        rows[sentence],
                        number,
                        sentence.start,
                        sentence.end,
                        rows[lead] if lead else None,
                        digest,
                    )
                    for sentence, lead, digest in zip(sentences, leads, of_sentences, strict=True)
                ),
            )
            self.passages += 1
            self.sentences += len(sentences)

    def add_passages_again(self, article: int, before: int) -> None:
        """Copy the passages that the article had as number `before` of the previous generation."""
        [(row, passages, sentence, sentences)] = self.rows(
            "SELECT min(row), count(*), min(first_sentence), sum(sentences) "
            "FROM previous.passages WHERE article = ?",
            before,
        )
        if not passages:
            return
        passage_shift, sentence_shift = self.passages - row, self.sentences - sentence
        self.run(
            "INSERT INTO passages SELECT row + ?, ?, start, stop, heading, first_sentence + ?, "
            "sentences, hash FROM previous.passages WHERE row BETWEEN ? AND ?",
            *(passage_shift, article, sentence_shift, row, row + passages - 1),
        )
        self.run(
            "INSERT INTO sentences SELECT row + ?, passage + ?, start, stop, lead + ?, hash "
            "FROM previous.sentences WHERE row BETWEEN ? AND ?",
            *(sentence_shift, passage_shift, sentence_shift, sentence, sentence + sentences - 1),
        )
        self.passages += passages
        self.sentences += sentences


def _iso(when: date | None) -> str | None:
    return when.isoformat() if when else None
