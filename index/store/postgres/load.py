"""Load rows into PostgreSQL by COPY: a whole generation, or an addition."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import sql

from index.errors import DamagedIndex
from index.store.article_writer import LikenessKeys
from index.store.articles import sqlite_address
from index.store.build import StopCheck
from index.store.generation import ROW_KINDS, GenerationFacts, RowKind
from index.store.postgres import vectors
from index.store.postgres.connections import Connection
from index.store.postgres.layout import column_names, compose, create_base, index_base, rows_of
from index.store.postgres.manifest import Growth, PostgresManifest
from index.store.postgres.saved_vectors import place_saved
from index.store.postgres.vector_tables import VectorTables
from index.store.postgres.words import sentence_words
from index.store.postings import Posting, Postings


@dataclass(frozen=True, slots=True)
class WrittenArticles:
    """A finished `articles.sqlite`: how many rows it has, the last number of an article, and the
    likeness keys by article."""

    path: Path
    articles: int
    passages: int
    sentences: int
    last: int
    likeness: Mapping[int, list[int]]

    @classmethod
    def open(cls, path: Path, likeness: LikenessKeys | None) -> WrittenArticles:
        with closing(open_sheet(path)) as sheet:
            [[articles, passages, sentences, last]] = sheet.execute(
                "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages), "
                "(SELECT count(*) FROM sentences), (SELECT coalesce(max(number), 0) FROM articles)"
            )
        keys: dict[int, list[int]] = {}
        if likeness is not None:
            signed_keys = likeness.keys.astype(
                np.int64
            ).tolist()  # PostgreSQL has no unsigned integers
            for number, key in zip(likeness.numbers.tolist(), signed_keys, strict=True):
                keys.setdefault(number, []).append(key)
        return cls(path, articles, passages, sentences, last, keys)

    def rows(self, kind: RowKind) -> int:
        return self.passages if kind == "passages" else self.sentences


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Offsets of the numbers of new rows; numbers of articles count from 1."""

    article: int = 0
    passage: int = 0
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class NewWords:
    """Terms of new rows. `numbers` are those in `sentences.words`; `deleted` counts the deleted
    passages and sentences that have a term."""

    passages: Postings
    sentences: Postings
    numbers: Mapping[str, int]
    deleted: Mapping[str, tuple[int, int]]

    @classmethod
    def of_all(cls, passages: Postings, sentences: Postings) -> NewWords:
        numbers = dict(sentences.vocabulary)
        for term in passages.vocabulary:
            numbers.setdefault(term, len(numbers))
        return cls(passages, sentences, numbers, {})

    @property
    def next_number(self) -> int:
        return max(self.numbers.values(), default=-1) + 1

    def of_sentences(self) -> list[bytes]:
        """The column `sentences.words`."""
        postings = self.sentences
        numbers = np.array([self.numbers[term] for term in postings.vocabulary], dtype=np.int64)
        terms = np.repeat(numbers, np.diff(postings.starts))
        return sentence_words(postings.rows, terms, postings.scores, postings.size)

    def rows(self, first: int) -> Iterator[tuple[Any, ...]]:
        """Rows of `terms`; passages count from `first`."""
        no_posting = Posting(np.empty(0, np.int32), np.empty(0, np.float32))
        for term, number in self.numbers.items():
            has_postings = term in self.passages.vocabulary
            posting = self.passages.of(term) if has_postings else no_posting
            deletions = self.deleted.get(term, (0, 0))
            counts = self.passages.frequency(term), self.sentences.frequency(term)
            yield (
                term,
                number,
                counts[0] - deletions[0],
                counts[1] - deletions[1],
                (posting.rows + first).astype("<i4").tobytes(),
                posting.scores.astype("<f4").tobytes(),
            )


def open_sheet(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(sqlite_address(path), uri=True)


_CHECK_INTERVAL = 5_000  # rows
AT_ONCE = 2_048  # vectors sent or fetched at once


@dataclass(frozen=True, slots=True)
class RowLoader:
    """Loads new rows in a transaction that is left open. Raises psycopg.Error, DamagedIndex."""

    connection: Connection
    number: int
    base: int
    written: WrittenArticles
    words: NewWords
    first: FirstRows

    def stage(self, check: StopCheck) -> None:
        """Send articles, and stage passages and sentences until their vectors are there."""
        self._copy_articles(check)
        self._stage_rows(check)

    def place_rows(self, tables: VectorTables, check: StopCheck) -> None:
        """Store the new vectors and the staged rows that refer to them."""
        for kind in ROW_KINDS:
            check()
            place_saved(self.connection, tables, kind)
        for kind in ROW_KINDS:
            check()
            self._place_rows(tables, kind)

    def copy_terms(self, table: sql.Composable, check: StopCheck) -> None:
        numbered_rows = ((*row, self.number) for row in self.words.rows(self.first.passage))
        columns = "term, number, passages, sentences, rows, scores, since"
        types = ["text", "int4", "int4", "int4", "bytea", "bytea", "int4"]
        self._copy(table, columns, numbered_rows, check, types=types)

    def _copy_articles(self, check: StopCheck) -> None:
        likeness, first = self.written.likeness, self.first.article
        with closing(open_sheet(self.written.path)) as sheet:
            articles = sheet.execute("SELECT * FROM articles ORDER BY number")
            rows = (
                (number + first, *row, likeness.get(number), self.number)
                for number, *row in articles
            )
            self._copy_rows("articles", rows, check)
            for table in ("sources", "left_out"):
                own_rows = sheet.execute(f"SELECT * FROM {table}")
                self._copy_rows(table, ((*row, self.number) for row in own_rows), check)

    def _stage_rows(self, check: StopCheck) -> None:
        connection, first = self.connection, self.first
        connection.execute(
            "CREATE TEMPORARY TABLE rows_passages (number bigint, article bigint, start integer, "
            "stop integer, heading text, first_sentence bigint, sentences integer, hash bytea, "
            "opening boolean) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE rows_sentences (number bigint, passage bigint, start integer, "
            "stop integer, lead bigint, hash bytea, words bytea) ON COMMIT DROP"
        )
        with closing(open_sheet(self.written.path)) as sheet:
            passages = sheet.execute(
                "SELECT row + ?, article + ?, start, stop, heading, first_sentence + ?, sentences, "
                "hash FROM passages ORDER BY row",
                (first.passage, first.article, first.sentence),
            )
            by_article = groupby(passages, key=itemgetter(1))
            rows = ((*row, not at) for _, own in by_article for at, row in enumerate(own))
            self._copy(sql.Identifier("rows_passages"), "", rows, check)
            words = self.words.of_sentences()
            sentences = sheet.execute(
                "SELECT row, row + ?, passage + ?, start, stop, lead + ?, hash FROM sentences "
                "ORDER BY row",
                (first.sentence, first.passage, first.sentence),
            )
            rows = ((*own, words[row]) for row, *own in sentences)
            self._copy(sql.Identifier("rows_sentences"), "", rows, check)
        connection.execute("ANALYZE rows_passages; ANALYZE rows_sentences")

    def _place_rows(self, tables: VectorTables, kind: RowKind) -> None:
        columns = ", ".join(
            "r.hash" if name == "hash" else name for name in column_names(kind) if name != "vector"
        )
        query = compose(
            f"INSERT INTO {{rows}}.{kind} ({', '.join(column_names(kind))}, since) "
            f"SELECT {columns}, v.id, {{number}} FROM {{staged}} r "
            "JOIN {v} v USING (hash) ORDER BY r.number",
            rows=rows_of(self.base),
            number=sql.Literal(self.number),
            staged=sql.Identifier(f"rows_{kind}"),
            v=tables.of(kind),
        )
        row_count, expected = self.connection.execute(query).rowcount, self.written.rows(kind)
        if row_count != expected:
            raise DamagedIndex("damaged-rows", subject=kind, found=row_count, expected=expected)

    def _copy_rows(self, table: str, rows: Iterable[Sequence[Any]], check: StopCheck) -> None:
        """COPY rows of all columns of a table, followed by the generation's number."""
        columns = ", ".join([*column_names(table), "since"])
        self._copy(self.table(table), columns, rows, check)

    def table(self, name: str) -> sql.Composed:
        """A table of the base."""
        return sql.SQL(".").join([rows_of(self.base), sql.Identifier(name)])

    def _copy(
        self,
        table: sql.Composable,
        columns: str,
        rows: Iterable[Sequence[Any]],
        check: StopCheck,
        *,
        types: list[str] | None = None,
    ) -> None:
        names, form = f"({columns})" if columns else "", "(FORMAT BINARY)" if types else ""
        statement = compose(f"COPY {{table}} {names} FROM STDIN {form}", table=table)
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            if types:
                copy.set_types(types)
            for number, row in enumerate(rows):
                if number % _CHECK_INTERVAL == 0:
                    check()
                # PostgreSQL's text cannot contain NUL, which no field of an article needs.
                copy.write_row([e.replace("\0", "") if isinstance(e, str) else e for e in row])


def load_generation(
    connection: Connection,
    number: int,
    written: WrittenArticles,
    facts: GenerationFacts,
    words: Mapping[RowKind, Postings],
    check: StopCheck,
) -> None:
    """Load a whole generation in a transaction that is left open. Raises psycopg.Error,
    DamagedIndex."""
    tables = VectorTables(facts.model, facts.dimension)
    new = NewWords.of_all(words["passages"], words["sentences"])
    loader = RowLoader(connection, number, number, written, new, FirstRows())
    connection.execute("BEGIN")
    create_base(connection, number)
    loader.stage(check)
    loader.place_rows(tables, check)
    loader.copy_terms(loader.table("terms"), check)
    index_base(connection, number)
    for kind in ROW_KINDS:
        check()
        if written.rows(kind) > vectors.EXACT_ROWS:
            tables.index(connection, kind)
        connection.execute(compose("ANALYZE {v}", v=tables.of(kind)))
    record_generation(
        connection, PostgresManifest(facts, number, _initial_growth(number, facts, written, new))
    )


def _initial_growth(
    number: int, facts: GenerationFacts, written: WrittenArticles, words: NewWords
) -> Growth:
    lengths: dict[RowKind, float] = {
        "passages": words.passages.average_length,
        "sentences": words.sentences.average_length,
    }
    return Growth(
        base=number,
        articles=written.articles,
        passages=facts.passages,
        sentences=facts.sentences,
        next_article=written.last + 1,
        next_passage=facts.passages,
        next_sentence=facts.sentences,
        next_term=words.next_number,
        average_lengths=lengths,
        comparable=len(written.likeness) == written.articles and all(lengths.values()),
    )


def record_generation(connection: Connection, own: PostgresManifest) -> None:
    connection.execute(
        "INSERT INTO selon.generations VALUES (%s, %s, %s)",
        [own.number, own.facts.id, own.as_json()],
    )
