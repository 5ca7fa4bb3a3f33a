"""A generation's rows put into PostgreSQL by COPY, and taken out again, whole."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import sql

from index.errors import DamagedIndex
from index.models.base import IntArray, Vectors
from index.store.article_writer import ArticleDatabase
from index.store.articles import sqlite_address
from index.store.build_turn import HASH_SIZE, Hashes, StopCheck, as_bytes, as_hashes
from index.store.files.word_index import WordIndex
from index.store.postgres import nearest
from index.store.postgres.connections import Connection
from index.store.postgres.generation import ServerFacts, place_of
from index.store.postgres.schema import (
    VectorTables,
    compose,
    create_generation,
    index_generation,
    schema_of,
)
from index.store.postgres.words import sentence_words
from index.store.reader import GenerationFacts, RowKind

KINDS: tuple[RowKind, ...] = ("passages", "sentences")
_CHECKED_EVERY = 5_000  # rows
_AT_ONCE = 2_048  # vectors sent, or taken out, together
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

    @classmethod
    def open(cls, path: Path, servers: int) -> WrittenArticles:
        with closing(_opened(path)) as sheet:
            of_articles = {
                number: place_of(identity, servers)
                for number, identity in sheet.execute("SELECT number, id FROM articles")
            }
            owners = sheet.execute("SELECT article, sentences FROM passages ORDER BY row")
            rows = [(of_articles[article], count) for article, count in owners]
        passages = np.array([place for place, _ in rows], dtype=np.int16)
        counts = np.array([count for _, count in rows], dtype=np.int64)
        return cls(path, of_articles, passages, np.repeat(passages, counts))

    def places(self, kind: RowKind) -> Places:
        return self.passages if kind == "passages" else self.sentences


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


class GenerationLoader:
    """Puts a generation on several servers, each in a transaction that is still open at the end.

    `connections` are to the servers, in their order. Raises psycopg.Error, DamagedIndex.
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
        for place, connection in enumerate(self._connections):
            connection.execute("BEGIN")
            create_generation(connection, self._number)
            self._copy_articles(place, check)
            self._stage_rows(place, words["sentences"], check)
        for place in range(len(self._connections)):
            for kind in KINDS:
                check()
                self._take_vectors(place, tables, kind)
        # Graphs take hours where there is much: every server makes its own meanwhile.
        with ThreadPoolExecutor(len(self._connections)) as at_once:
            finished = [
                at_once.submit(self._finish, place, facts, words, check)
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

    def _finish(
        self,
        place: int,
        facts: GenerationFacts,
        words: Mapping[RowKind, WordIndex],
        check: StopCheck,
    ) -> None:
        """Make a generation of what a server has of it: this uses its own connection alone."""
        connection = self._connections[place]
        tables = VectorTables(facts.model, facts.dimension)
        for kind in KINDS:
            check()
            self._place_rows(place, tables, kind)
        self._copy_words(place, words, check)
        index_generation(connection, self._number)
        rows: dict[str, int] = {}
        for name in ("articles", *KINDS):
            query = sql.SQL("SELECT count(*) FROM {}.{}").format(
                schema_of(self._number), sql.Identifier(name)
            )
            [rows[name]] = connection.execute(query).fetchone() or [0]
        for kind in KINDS:
            check()
            if rows[kind] > nearest.EXACT_ROWS:
                tables.index(connection, kind)
            connection.execute(sql.SQL("ANALYZE {}").format(tables.of(kind)))
        own = ServerFacts(facts, self._number, place, len(self._connections), **rows)
        connection.execute(
            "INSERT INTO selon.generations VALUES (%s, %s, %s)",
            [self._number, facts.id, own.as_json()],
        )

    def _copy_articles(self, place: int, check: StopCheck) -> None:
        mine = self._written.articles
        with closing(_opened(self._written.path)) as sheet:
            rows = sheet.execute("SELECT * FROM articles ORDER BY number")
            kept = (row for row in rows if mine[row[0]] == place)
            self._copy(place, "articles", kept, check)
            if place == 0:  # what is asked of the whole lies on the first
                for table in ("sources", "left_out"):
                    self._copy(place, table, sheet.execute(f"SELECT * FROM {table}"), check)

    def _stage_rows(self, place: int, sentence_index: WordIndex, check: StopCheck) -> None:
        connection = self._connections[place]
        connection.execute(
            "CREATE TEMPORARY TABLE rows_passages (number bigint, article bigint, start integer, "
            "stop integer, heading text, first_sentence bigint, sentences integer, hash bytea, "
            "opening boolean) ON COMMIT DROP;"
            "CREATE TEMPORARY TABLE rows_sentences (number bigint, passage bigint, start integer, "
            "stop integer, lead bigint, hash bytea, words bytea) ON COMMIT DROP"
        )
        with closing(_opened(self._written.path)) as sheet:
            passages = sheet.execute("SELECT * FROM passages ORDER BY row")
            here = self._written.passages == place
            by_article = groupby(passages, key=itemgetter(1))
            opened = ((*row, not at) for _, own in by_article for at, row in enumerate(own))
            kept = (row for row in opened if here[row[0]])
            self._copy(place, "rows_passages", kept, check, temporary=True)
            posted = sentence_index.postings
            terms = np.repeat(np.arange(len(posted.starts) - 1), np.diff(posted.starts))
            words = sentence_words(posted.rows, terms, posted.scores, posted.size)
            of_sentences = self._written.sentences == place
            sentences = sheet.execute("SELECT * FROM sentences ORDER BY row")
            rows = ((*row, words[row[0]]) for row in sentences if of_sentences[row[0]])
            self._copy(place, "rows_sentences", rows, check, temporary=True)
        connection.execute("ANALYZE rows_passages; ANALYZE rows_sentences")

    def _take_vectors(self, place: int, tables: VectorTables, kind: RowKind) -> None:
        """Have every text of the rows of a server have its vector there."""
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
        for start in range(0, len(missing), _AT_ONCE):
            wanted = missing[start : start + _AT_ONCE]
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
        connection = self._connections[place]
        columns = {
            "passages": "number, article, start, stop, heading, first_sentence, sentences, r.hash, "
            "opening",
            "sentences": "number, passage, start, stop, lead, r.hash, words",
        }[kind]
        query = compose(
            f"INSERT INTO {{g}}.{kind} SELECT {columns}, v.id FROM {{rows}} r "
            "JOIN {v} v USING (hash) ORDER BY number",
            g=schema_of(self._number),
            rows=sql.Identifier(f"rows_{kind}"),
            v=tables.of(kind),
        )
        placed = connection.execute(query).rowcount
        expected = int(np.count_nonzero(self._written.places(kind) == place))
        if placed != expected:
            raise DamagedIndex("damaged-rows", shown=kind, found=placed, expected=expected)

    def _copy_words(self, place: int, words: Mapping[RowKind, WordIndex], check: StopCheck) -> None:
        of_passages, of_sentences = words["passages"].postings, words["sentences"].postings
        here = self._written.passages == place
        last = len(of_sentences.vocabulary)

        def rows() -> Iterator[tuple[str, int, int, int, bytes, bytes]]:
            numbers = dict(of_sentences.vocabulary)
            for term in of_passages.vocabulary:
                numbers.setdefault(term, last + len(numbers))
            for term, number in numbers.items():
                posted = of_passages.of(term) if term in of_passages.vocabulary else None
                places = np.empty(0, np.int32) if posted is None else posted.rows
                mine = here[places]
                if posted is not None and not mine.any():
                    continue
                scores = np.empty(0, np.float32) if posted is None else posted.scores
                counts = of_passages.frequency(term), of_sentences.frequency(term)
                yield (
                    term,
                    number,
                    *counts,
                    places[mine].astype("<i4").tobytes(),
                    scores[mine].astype("<f4").tobytes(),
                )

        types = ["text", "int4", "int4", "int4", "bytea", "bytea"]
        self._copy(place, "terms", rows(), check, types=types)
        languages = {
            (kind, term.partition(":")[0])
            for kind in KINDS
            for term in words[kind].postings.vocabulary
            if ":" in term
        }
        letters = ((kind, language, words[kind].letters(language)) for kind, language in languages)
        self._copy(place, "letters", letters, check)

    def _copy(
        self,
        place: int,
        table: str,
        rows: Iterable[Sequence[Any]],
        check: StopCheck,
        *,
        temporary: bool = False,
        types: list[str] | None = None,
    ) -> None:
        of_generation = [] if temporary else [schema_of(self._number)]
        name = sql.SQL(".").join([*of_generation, sql.Identifier(table)])
        how = sql.SQL("(FORMAT BINARY)" if types else "")
        statement = sql.SQL("COPY {} FROM STDIN {}").format(name, how)
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


def unload_articles(connections: Sequence[Connection], number: int, sheet: ArticleDatabase) -> None:
    """Put the articles, passages and sentences of a generation into a new `articles.sqlite`."""
    for table, columns, types in (
        (
            "articles",
            "*",
            [*("int8", "text", "bytea", "text", "int8"), *["text"] * 14, "bytea", "text"],
        ),
        (
            "passages",
            "number, article, start, stop, heading, first_sentence, sentences, hash",
            ["int8", "int8", "int4", "int4", "text", "int8", "int4", "bytea"],
        ),
        (
            "sentences",
            "number, passage, start, stop, lead, hash",
            ["int8", "int8", "int4", "int4", "int8", "bytea"],
        ),
    ):
        values = ", ".join("?" * len(types))
        for connection in connections:
            rows = _stream(
                connection, number, f"SELECT {columns} FROM {{g}}.{table} ORDER BY number", types
            )
            sheet.run_each(f"INSERT INTO {table} VALUES ({values})", rows)
    for table, types in (
        ("sources", ["text", "text", "text", "bytea", "text", "text"]),
        ("left_out", ["text"]),
    ):
        values = ", ".join("?" * len(types))
        rows = _stream(connections[0], number, f"SELECT * FROM {{g}}.{table}", types)
        sheet.run_each(f"INSERT INTO {table} VALUES ({values})", rows)


def unload_vectors(
    connections: Sequence[Connection],
    number: int,
    tables: VectorTables,
    kind: RowKind,
    put: Callable[[IntArray, Vectors], None],
) -> None:
    """Give `put` the vectors of every row of a kind.

    Raises DamagedIndex for a vector of another text than its row's.
    """
    query = (
        "SELECT r.number, v.hash = r.hash, v.vector "
        f"FROM {{g}}.{kind} r JOIN {{v}} v ON v.id = r.vector"
    )
    for connection in connections:
        rows = _stream(connection, number, query, ["int8", "bool", "bytea"], v=tables.of(kind))
        while batch := list(islice(rows, _AT_ONCE)):
            if not all(right for _, right, _ in batch):
                raise DamagedIndex("damaged-vectors", shown=kind)
            vectors = np.stack([sent_vector(sent) for _, _, sent in batch])
            put(np.array([row for row, _, _ in batch], dtype=np.int64), vectors)


def _stream(
    connection: Connection, number: int, query: str, types: list[str], **names: sql.Composable
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query about a generation, for results too large to hold."""
    return stream(connection, compose(query, g=schema_of(number), **names), types)


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
