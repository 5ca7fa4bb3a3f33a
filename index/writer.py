"""Articles, passages and sentences put on disk, once, for `index.database` to read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from index.article import Article
from index.database import ARTICLE_COLUMNS
from index.errors import StoreError
from index.leads import leads
from index.passages import Passage, Sentence

# The long columns stand last: a scan of the others then skips them.
_SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
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
"""
_INDEXES = "CREATE INDEX passages_by_place ON passages (article, start);"


class ArticleWriter:
    """Fills a new `articles.sqlite`. Raises StoreError when the disk refuses."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.articles = 0
        self.passages = 0
        self.sentences = 0
        with self._writing():
            self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            with self._writing():
                # Nothing reads this file before it is whole and flushed: no need of a journal.
                self._connection.execute("PRAGMA journal_mode = OFF")
                self._connection.execute("PRAGMA synchronous = OFF")
                self._connection.executescript(_SCHEMA)
                self._connection.execute("BEGIN")
        except StoreError:
            self.close()
            raise

    def add(
        self,
        article: Article,
        digest: bytes,
        passages: Sequence[Passage],
        hashes: Sequence[tuple[bytes, Sequence[bytes]]],
    ) -> None:
        """`hashes` holds, for each passage, its own and those of its sentences."""
        with self._writing():
            self._connection.execute(
                f"INSERT INTO articles (number, digest, {ARTICLE_COLUMNS}) "
                f"VALUES ({', '.join('?' * 18)})",
                (self.articles, digest, *_article_values(article)),
            )
            for passage, (own, of_sentences) in zip(passages, hashes, strict=True):
                self._add_passage(passage, own)
                self._add_sentences(passage, leads(passage, article.language), of_sentences)
                self.passages += 1
            self.articles += 1

    def _add_passage(self, passage: Passage, own: bytes) -> None:
        self._connection.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.passages,
                self.articles,
                passage.start,
                passage.end,
                passage.heading,
                self.sentences,
                len(passage.sentences),
                own,
            ),
        )

    def _add_sentences(
        self, passage: Passage, leaned_on: Sequence[Sentence | None], hashes: Sequence[bytes]
    ) -> None:
        rows = {sentence: row for row, sentence in enumerate(passage.sentences, self.sentences)}
        self._connection.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
            (
                (rows[each], self.passages, each.start, each.end, rows[lead] if lead else None, own)
                for each, lead, own in zip(passage.sentences, leaned_on, hashes, strict=True)
            ),
        )
        self.sentences += len(passage.sentences)

    def finish(self) -> None:
        with self._writing():
            self._connection.execute("COMMIT")
            self._connection.executescript(_INDEXES)
        self.close()

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._path}: cannot be written ({error}); the index in service is unchanged; "
                "make room or choose another --data-dir, then run `selon index` again"
            ) from error


def _article_values(article: Article) -> tuple[str | None, ...]:
    """In the order of `ARTICLE_COLUMNS`."""
    return (
        article.id,
        article.title,
        article.path,
        article.language,
        article.author,
        _iso(article.published),
        article.url,
        article.outlet,
        article.category,
        _iso(article.published_at),
        _iso(article.updated),
        _iso(article.updated_at),
        json.dumps(article.origins),
        json.dumps(
            [(c.id, c.title, c.path, c.outlet, _iso(c.published), c.url) for c in article.copies]
        ),
        json.dumps([(s.heading, s.heading_start, s.heading_end) for s in article.sections]),
        article.text,
    )


def _iso(when: date | None) -> str | None:
    return when.isoformat() if when else None
