"""Rows put into PostgreSQL by COPY: those of a whole generation, or of an addition."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import sql

from index.errors import DamagedIndex
from index.models.base import Vectors
from index.store.article_writer import LikenessKeys
from index.store.articles import sqlite_address
from index.store.build_turn import HASH_SIZE, Hashes, StopCheck, as_bytes, as_hashes
from index.store.files.word_index import WordIndex
from index.store.postgres import nearest
from index.store.postgres.connections import Connection
from index.store.postgres.schema import (
    VectorTables,
    column_names,
    compose,
    create_base,
    index_base,
    rows_of,
)
from index.store.postgres.server_facts import Growth, ServerFacts, place_of
from index.store.postgres.words import sentence_words
from index.store.postings import Posting, Postings
from index.store.reader import GenerationFacts, RowKind

KINDS: tuple[RowKind, ...] = ("passages", "sentences")
_CHECKED_EVERY = 5_000  # rows
AT_ONCE = 2_048  # vectors sent, or taken out, together
_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)  # of COPY in binary; a short -1 ends it
_END = struct.pack(">h", -1)

Places = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class WrittenArticles:
    """A finished `articles.sqlite`, and on which of the servers each of its rows goes."""

    path: Path
    articles: Mapping[int, int]
    passages: Places
    sentences: Places
    likeness: Mapping[int, list[int]]  # by article, the keys that it shares with those like it

    @classmethod
    def open(cls, path: Path, servers: int, likeness: LikenessKeys | None) -> WrittenArticles:
        with closing(_opened(path)) as sheet:
            of_articles = {
                number: place_of(identity, servers)
                for number, identity in sheet.execute("SELECT number, id FROM articles")
            }
            owners = sheet.execute("SELECT article, sentences FROM passages ORDER BY row")
            rows = [(of_articles[article], count) for article, count in owners]
        passages = np.array([place for place, _ in rows], dtype=np.int16)
        counts = np.array([count for _, count in rows], dtype=np.int64)
        keys: dict[int, list[int]] = {}
        if likeness is not None:
            signed = likeness.keys.astype(np.int64).tolist()  # PostgreSQL has no unsigned numbers
            for number, key in zip(likeness.numbers.tolist(), signed, strict=True):
                keys.setdefault(number, []).append(key)
        return cls(path, of_articles, passages, np.repeat(passages, counts), keys)

    def places(self, kind: RowKind) -> Places:
        return self.passages if kind == "passages" else self.sentences


@dataclass(frozen=True, slots=True)
class FirstRows:
    """What the numbers of new rows begin behind; those of articles themselves count from 1."""

    article: int = 0
    passage: int = 0
    sentence: int = 0


@dataclass(frozen=True, slots=True)
class NewWords:
    """The words of new rows. `numbers` are those of terms in `sentences.words`; `fewer` says how
    often terms stood in the passages and in the sentences that are gone.

    Those of a base go only to servers that have a passage with them, unless none has; those of an
    addition to all (`everywhere`), whose counts are added up there.
    """

    passages: Postings
    sentences: Postings
    numbers: Mapping[str, int]
    fewer: Mapping[str, tuple[int, int]]
    everywhere: bool

    @classmethod
    def of_all(cls, passages: Postings, sentences: Postings) -> NewWords:
        numbers = dict(sentences.vocabulary)
        for term in passages.vocabulary:
            numbers.setdefault(term, len(numbers))
        return cls(passages, sentences, numbers, {}, everywhere=False)

    @property
    def next_number(self) -> int:
        return max(self.numbers.values(), default=-1) + 1

    def of_sentences(self) -> list[bytes]:
        """What `sentences.words` has of each."""
        found = self.sentences
        numbers = np.array([self.numbers[term] for term in found.vocabulary], dtype=np.int64)
        terms = np.repeat(numbers, np.diff(found.starts))
        return sentence_words(found.rows, terms, found.scores, found.size)

    def rows(self, here: npt.NDArray[np.bool_], first: int) -> Iterator[tuple[Any, ...]]:
        """The rows of `terms` of the server that has the passages `here`; the first of all is
        numbered `first`."""
        nowhere = Posting(np.empty(0, np.int32), np.empty(0, np.float32))
        for term, number in self.numbers.items():
            known = term in self.passages.vocabulary
            posting = self.passages.of(term) if known else nowhere
            mine = here[posting.rows]
            if known and not self.everywhere and not mine.any():
                continue
            fewer = self.fewer.get(term, (0, 0))
            counts = self.passages.frequency(term), self.sentences.frequency(term)
            yield (
                term,
                number,
                counts[0] - fewer[0],
                counts[1] - fewer[1],
                (posting.rows[mine] + first).astype("<i4").tobytes(),
                posting.scores[mine].astype("<f4").tobytes(),
            )

    def letters(self) -> Iterator[tuple[RowKind, str, str]]:
        """Kind, language, and every character of its terms."""
        found = {"passages": self.passages, "sentences": self.sentences}
        for kind in KINDS:
            by_language: dict[str, set[str]] = {}
            for term in found[kind].vocabulary:
                if ":" in term:
                    by_language.setdefault(term.partition(":")[0], set()).update(term)
            for language, letters in by_language.items():
                yield kind, language, "".join(sorted(letters))


def stage_vectors(connection: Connection, kind: RowKind, dimension: int) -> None:
    """Make a place for new vectors, which ends with the connection."""
    connection.execute(
        sql.SQL(
            "DROP TABLE IF EXISTS pg_temp.{0}; "
            "CREATE TEMPORARY TABLE {0} (hash bytea NOT NULL, vector vector({1}) NOT NULL)"
        ).format(stage_table(kind), sql.Literal(dimension))
    )


def send_vectors(
    connection: Connection, table: sql.Composable, hashes: Hashes, vectors: Vectors
) -> None:
    """COPY vectors, shape (len(hashes), d), with their hashes."""
    dimension = vectors.shape[1]
    width = 4 + 4 * dimension  # how pgvector sends one: its dimension, 0, its numbers
    # An `S16` ends at its zeros when it is looked at, not in memory.
    row = np.dtype(
        [
            ("fields", ">i2"),
            ("hash_size", ">i4"),
            ("hash", f"V{HASH_SIZE}"),
            ("vector_size", ">i4"),
            ("dimension", ">i2"),
            ("unused", ">i2"),
            ("vector", ">f4", (dimension,)),
        ]
    )
    rows = np.zeros(len(hashes), dtype=row)
    rows["fields"], rows["hash_size"], rows["vector_size"] = 2, HASH_SIZE, width
    rows["hash"] = np.ascontiguousarray(hashes).view(f"V{HASH_SIZE}")
    rows["dimension"], rows["vector"] = dimension, vectors
    statement = sql.SQL("COPY {} (hash, vector) FROM STDIN (FORMAT BINARY)").format(table)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEAD)
        copy.write(rows.tobytes())
        copy.write(_END)


def sent_vector(sent: bytes) -> Vectors:
    """A vector, shape (d,), as pgvector sends one in binary."""
    return np.frombuffer(sent, dtype=">f4", offset=4).astype(np.float32)


def vectors_by_hash(
    connection: Connection, tables: VectorTables, kind: RowKind, hashes: Hashes, *, staged: bool
) -> dict[bytes, Vectors]:
    """Those of these hashes that there are; new ones too where they are staged."""
    sources: list[sql.Composable] = [tables.of(kind), *([stage_table(kind)] if staged else [])]
    asked = as_bytes(hashes)
    found: dict[bytes, Vectors] = {}
    for table in sources:
        query = sql.SQL("SELECT hash, vector FROM {} WHERE hash = ANY(%s)").format(table)
        for own, vector in connection.execute(query, [asked], binary=True):
            found[bytes(own)] = sent_vector(vector)
    return found


def stored_hashes(
    connection: Connection, tables: VectorTables, kinds: Sequence[RowKind], hashes: list[bytes]
) -> set[bytes]:
    """Those of these that a server has vectors of, among those of generations."""
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT hash FROM {} WHERE hash = ANY(%(asked)s)").format(tables.of(kind))
        for kind in kinds
    )
    return {bytes(row[0]) for row in connection.execute(query, {"asked": hashes}, binary=True)}


class RowLoader:
    """Puts new rows on several servers, each in a transaction that is still open at the end.

    `connections` are to the servers, in their order. Raises psycopg.Error, DamagedIndex.
    """

    def __init__(
        self,
        connections: Sequence[Connection],
        number: int,
        base: int,
        written: WrittenArticles,
        words: NewWords,
        first: FirstRows = FirstRows(),
    ) -> None:
        self._connections = connections
        self._number = number
        self._rows = rows_of(base)
        self._written = written
        self._words = words
        self._first = first

    def stage(self, check: StopCheck) -> None:
        """Send articles, and passages and sentences to be placed once their vectors are there."""
        for place in range(len(self._connections)):
            self._copy_articles(place, check)
            self._stage_rows(place, check)

    def take_vectors(self, tables: VectorTables, check: StopCheck) -> None:
        """Have every text of the rows of a server have its vector there."""
        for place in range(len(self._connections)):
            for kind in KINDS:
                check()
                self._take_vectors(place, tables, kind)

    def place_rows(self, place: int, tables: VectorTables, check: StopCheck) -> None:
        for kind in KINDS:
            check()
            self._place_rows(place, tables, kind)

    def copy_terms(self, place: int, table: sql.Composable, check: StopCheck) -> None:
        """Send the words of a server's passages, and how often each stands in those of all."""
        rows = self._words.rows(self._written.passages == place, self._first.passage)
        numbered = ((*row, self._number) for row in rows)
        columns = "term, number, passages, sentences, rows, scores, since"
        types = ["text", "int4", "int4", "int4", "bytea", "bytea", "int4"]
        self._copy(place, table, columns, numbered, check, types=types)

    def _copy_articles(self, place: int, check: StopCheck) -> None:
        mine, likeness = self._written.articles, self._written.likeness
        first = self._first.article
        with closing(_opened(self._written.path)) as sheet:
            rows = sheet.execute("SELECT * FROM articles ORDER BY number")
            kept = (
                (number + first, *row, likeness.get(number), self._number)
                for number, *row in rows
                if mine[number] == place
            )
            self._copy_rows(place, "articles", kept, check)
            if place == 0:  # what is asked of the whole lies on the first
                for table in ("sources", "left_out"):
                    noted = sheet.execute(f"SELECT * FROM {table}")
                    self._copy_rows(place, table, ((*row, self._number) for row in noted), check)

    def _stage_rows(self, place: int, check: StopCheck) -> None:
        connection, first = self._connections[place], self._first
        connection.execute(
            "CREATE TEMPORARY TABLE rows_passages (number bigint, article bigint, start integer, "
            "stop integer, heading text, first_sentence bigint, sentences integer, hash bytea, "
            "opening boolean) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE rows_sentences (number bigint, passage bigint, start integer, "
            "stop integer, lead bigint, hash bytea, words bytea) ON COMMIT DROP"
        )
        with closing(_opened(self._written.path)) as sheet:
            passages = sheet.execute(
                "SELECT row + ?, article + ?, start, stop, heading, first_sentence + ?, sentences, "
                "hash FROM passages ORDER BY row",
                (first.passage, first.article, first.sentence),
            )
            here = self._written.passages == place
            by_article = groupby(passages, key=itemgetter(1))
            opened = ((*row, not at) for _, own in by_article for at, row in enumerate(own))
            kept = (row for row in opened if here[row[0] - first.passage])
            self._copy(place, sql.Identifier("rows_passages"), "", kept, check)
            words = self._words.of_sentences()
            of_sentences = self._written.sentences == place
            sentences = sheet.execute(
                "SELECT row, row + ?, passage + ?, start, stop, lead + ?, hash FROM sentences "
                "ORDER BY row",
                (first.sentence, first.passage, first.sentence),
            )
            rows = ((*own, words[row]) for row, *own in sentences if of_sentences[row])
            self._copy(place, sql.Identifier("rows_sentences"), "", rows, check)
        connection.execute("ANALYZE rows_passages; ANALYZE rows_sentences")

    def _take_vectors(self, place: int, tables: VectorTables, kind: RowKind) -> None:
        connection = self._connections[place]
        connection.execute(
            sql.SQL(
                "INSERT INTO {} (hash, vector) SELECT DISTINCT ON (hash) hash, vector FROM {} "
                "ON CONFLICT DO NOTHING"
            ).format(tables.of(kind), stage_table(kind))
        )
        query = sql.SQL(
            "SELECT DISTINCT r.hash FROM {rows} r LEFT JOIN {v} v USING (hash) WHERE v.id IS NULL"
        ).format(rows=sql.Identifier(f"rows_{kind}"), v=tables.of(kind))
        rows = connection.execute(query, binary=True).fetchall()
        missing = as_hashes(b"".join(bytes(row[0]) for row in rows))
        for start in range(0, len(missing), AT_ONCE):
            wanted = missing[start : start + AT_ONCE]
            for other in self._connections:  # an article there had the same text before
                found = vectors_by_hash(other, tables, kind, wanted, staged=True)
                if found:
                    hashes = as_hashes(b"".join(found))
                    new = sql.SQL("CREATE TEMPORARY TABLE moved (LIKE {}) ON COMMIT DROP")
                    connection.execute("DROP TABLE IF EXISTS pg_temp.moved")
                    connection.execute(new.format(stage_table(kind)))
                    moved = sql.Identifier("moved")
                    send_vectors(connection, moved, hashes, np.stack(list(found.values())))
                    connection.execute(
                        sql.SQL(
                            "INSERT INTO {} (hash, vector) SELECT hash, vector FROM moved "
                            "ON CONFLICT DO NOTHING"
                        ).format(tables.of(kind))
                    )

    def _place_rows(self, place: int, tables: VectorTables, kind: RowKind) -> None:
        columns = ", ".join(
            "r.hash" if each == "hash" else each for each in column_names(kind) if each != "vector"
        )
        query = compose(
            f"INSERT INTO {{rows}}.{kind} ({', '.join(column_names(kind))}, since) "
            f"SELECT {columns}, v.id, {{number}} FROM {{staged}} r "
            "JOIN {v} v USING (hash) ORDER BY r.number",
            rows=self._rows,
            number=sql.Literal(self._number),
            staged=sql.Identifier(f"rows_{kind}"),
            v=tables.of(kind),
        )
        placed = self._connections[place].execute(query).rowcount
        expected = int(np.count_nonzero(self._written.places(kind) == place))
        if placed != expected:
            raise DamagedIndex("damaged-rows", shown=kind, found=placed, expected=expected)

    def _copy_rows(
        self, place: int, table: str, rows: Iterable[Sequence[Any]], check: StopCheck
    ) -> None:
        """COPY rows of all columns of a table, with the generation they come with behind them."""
        columns = ", ".join([*column_names(table), "since"])
        self._copy(place, self.table(table), columns, rows, check)

    def table(self, name: str) -> sql.Composed:
        """One of the tables of the base."""
        return sql.SQL(".").join([self._rows, sql.Identifier(name)])

    def _copy(
        self,
        place: int,
        table: sql.Composable,
        columns: str,
        rows: Iterable[Sequence[Any]],
        check: StopCheck,
        *,
        types: list[str] | None = None,
    ) -> None:
        listed = f"({columns})" if columns else ""
        how = "(FORMAT BINARY)" if types else ""
        statement = compose(f"COPY {{table}} {listed} FROM STDIN {how}", table=table)
        with self._connections[place].cursor() as cursor, cursor.copy(statement) as copy:
            if types:
                copy.set_types(types)
            for number, row in enumerate(rows):
                if number % _CHECKED_EVERY == 0:
                    check()
                # PostgreSQL has no text with a NUL in it; of an article's fields, none needs one.
                copy.write_row(
                    [each.replace("\0", "") if isinstance(each, str) else each for each in row]
                )


class GenerationLoader:
    """Puts a whole generation on several servers, each in a transaction that is still open at the
    end. `connections` are to the servers, in their order. Raises psycopg.Error, DamagedIndex.
    """

    def __init__(
        self, connections: Sequence[Connection], number: int, written: WrittenArticles
    ) -> None:
        self._connections = connections
        self._number = number
        self._written = written

    def load(
        self, facts: GenerationFacts, words: Mapping[RowKind, WordIndex], check: StopCheck
    ) -> None:
        tables = VectorTables(facts.model, facts.dimension)
        new = NewWords.of_all(words["passages"].postings, words["sentences"].postings)
        loader = RowLoader(self._connections, self._number, self._number, self._written, new)
        for connection in self._connections:
            connection.execute("BEGIN")
            create_base(connection, self._number)
        loader.stage(check)
        loader.take_vectors(tables, check)
        # Graphs take hours where there is much: every server makes its own meanwhile.
        with ThreadPoolExecutor(len(self._connections)) as at_once:
            finished = [
                at_once.submit(self._finish, place, loader, new, facts, check)
                for place in range(len(self._connections))
            ]
            try:
                for each in as_completed(finished):
                    each.result()
            except BaseException:
                while wait(finished, timeout=1).not_done:
                    for connection in self._connections:
                        connection.cancel()
                raise

    def _growth(self, facts: GenerationFacts, words: NewWords) -> Growth:
        written = self._written
        lengths: dict[RowKind, float] = {
            "passages": words.passages.average_length,
            "sentences": words.sentences.average_length,
        }
        return Growth(
            base=self._number,
            articles=len(written.articles),
            passages=facts.passages,
            sentences=facts.sentences,
            next_article=max(written.articles, default=0) + 1,
            next_passage=facts.passages,
            next_sentence=facts.sentences,
            next_term=words.next_number,
            average_lengths=lengths,
            comparable=len(written.likeness) == len(written.articles) and all(lengths.values()),
        )

    def _finish(
        self,
        place: int,
        loader: RowLoader,
        new: NewWords,
        facts: GenerationFacts,
        check: StopCheck,
    ) -> None:
        """Make a generation of what a server has of it: this uses its own connection alone."""
        connection = self._connections[place]
        tables = VectorTables(facts.model, facts.dimension)
        loader.place_rows(place, tables, check)
        loader.copy_terms(place, loader.table("terms"), check)
        for kind, language, letters in new.letters():
            connection.execute(
                compose(
                    "INSERT INTO {letters} VALUES (%s, %s, %s)", letters=loader.table("letters")
                ),
                [kind, language, letters],
            )
        index_base(connection, self._number)
        rows: dict[str, int] = {}
        for name in ("articles", *KINDS):
            query = sql.SQL("SELECT count(*) FROM {}").format(loader.table(name))
            [rows[name]] = connection.execute(query).fetchone() or [0]
        for kind in KINDS:
            check()
            if rows[kind] > nearest.EXACT_ROWS:
                tables.index(connection, kind)
            connection.execute(sql.SQL("ANALYZE {}").format(tables.of(kind)))
        growth = self._growth(facts, new)
        own = ServerFacts(facts, self._number, place, len(self._connections), **rows, growth=growth)
        note_generation(connection, own)


def note_generation(connection: Connection, own: ServerFacts) -> None:
    connection.execute(
        "INSERT INTO selon.generations VALUES (%s, %s, %s)",
        [own.number, own.facts.id, own.as_json()],
    )


def stream(
    connection: Connection, query: sql.Composable, types: list[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query of these types, for results too large to hold."""
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        yield from copy.rows()


def stage_table(kind: RowKind) -> sql.Identifier:
    return sql.Identifier(f"new_{kind}")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(sqlite_address(path), uri=True)
