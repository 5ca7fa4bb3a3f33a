"""Load rows into PostgreSQL by COPY: a whole generation, or an addition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from psycopg import sql

from index.errors import DamagedIndex
from index.store.build_turn import StopCheck, as_hashes, batches
from index.store.postgres import nearest
from index.store.postgres.connections import Connection
from index.store.postgres.new_rows import FirstRows, NewWords, WrittenArticles, open_sheet
from index.store.postgres.schema import column_names, compose, create_base, index_base, rows_of
from index.store.postgres.server_facts import Growth, ServerFacts
from index.store.postgres.vector_tables import (
    VectorTables,
    send_vectors,
    stage_table,
    vectors_by_hash,
)
from index.store.postings import Postings
from index.store.reader import ROW_KINDS, GenerationFacts, RowKind

_CHECK_INTERVAL = 5_000  # rows
AT_ONCE = 2_048  # vectors sent or fetched at once


@dataclass(frozen=True, slots=True)
class RowLoader:
    """Loads new rows in transactions that are left open, one per server. `connections` are in the
    order of the servers. Raises psycopg.Error, DamagedIndex."""

    connections: Sequence[Connection]
    number: int
    base: int
    written: WrittenArticles
    words: NewWords
    first: FirstRows

    def stage(self, check: StopCheck) -> None:
        """Send articles, and stage passages and sentences until their vectors are there."""
        for place in range(len(self.connections)):
            self._copy_articles(place, check)
            self._stage_rows(place, check)

    def take_vectors(self, tables: VectorTables, check: StopCheck) -> None:
        """Make sure that every server has the vectors of its rows."""
        for place in range(len(self.connections)):
            for kind in ROW_KINDS:
                check()
                self._take_vectors(place, tables, kind)

    def place_rows(self, place: int, tables: VectorTables, check: StopCheck) -> None:
        for kind in ROW_KINDS:
            check()
            self._place_rows(place, tables, kind)

    def copy_terms(self, place: int, table: sql.Composable, check: StopCheck) -> None:
        """Send the terms of a server's passages, with their frequencies on all servers."""
        rows = self.words.rows(self.written.passages == place, self.first.passage)
        numbered_rows = ((*row, self.number) for row in rows)
        columns = "term, number, passages, sentences, rows, scores, since"
        types = ["text", "int4", "int4", "int4", "bytea", "bytea", "int4"]
        self._copy(place, table, columns, numbered_rows, check, types=types)

    def _copy_articles(self, place: int, check: StopCheck) -> None:
        mine, likeness = self.written.articles, self.written.likeness
        first = self.first.article
        with closing(open_sheet(self.written.path)) as sheet:
            rows = sheet.execute("SELECT * FROM articles ORDER BY number")
            mine_rows = (
                (number + first, *row, likeness.get(number), self.number)
                for number, *row in rows
                if mine[number] == place
            )
            self._copy_rows(place, "articles", mine_rows, check)
            if place == 0:  # the first server has what concerns the whole index
                for table in ("sources", "left_out"):
                    table_rows = sheet.execute(f"SELECT * FROM {table}")
                    self._copy_rows(
                        place, table, ((*row, self.number) for row in table_rows), check
                    )

    def _stage_rows(self, place: int, check: StopCheck) -> None:
        connection, first = self.connections[place], self.first
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
            here = self.written.passages == place
            by_article = groupby(passages, key=itemgetter(1))
            rows = ((*row, not at) for _, own in by_article for at, row in enumerate(own))
            own_rows = (row for row in rows if here[row[0] - first.passage])
            self._copy(place, sql.Identifier("rows_passages"), "", own_rows, check)
            words = self.words.of_sentences()
            of_sentences = self.written.sentences == place
            sentences = sheet.execute(
                "SELECT row, row + ?, passage + ?, start, stop, lead + ?, hash FROM sentences "
                "ORDER BY row",
                (first.sentence, first.passage, first.sentence),
            )
            own_rows = ((*own, words[row]) for row, *own in sentences if of_sentences[row])
            self._copy(place, sql.Identifier("rows_sentences"), "", own_rows, check)
        connection.execute("ANALYZE rows_passages; ANALYZE rows_sentences")

    def _take_vectors(self, place: int, tables: VectorTables, kind: RowKind) -> None:
        connection, insert = self.connections[place], "INSERT INTO {v} (hash, vector) SELECT "
        stage, moved = stage_table(kind), sql.Identifier("moved")
        connection.execute(
            compose(
                f"{insert} DISTINCT ON (hash) hash, vector FROM {{staged}} ON CONFLICT DO NOTHING",
                v=tables.of(kind),
                staged=stage,
            )
        )
        query = compose(
            "SELECT DISTINCT r.hash FROM {rows} r LEFT JOIN {v} v USING (hash) WHERE v.id IS NULL",
            rows=sql.Identifier(f"rows_{kind}"),
            v=tables.of(kind),
        )
        rows = connection.execute(query, binary=True).fetchall()
        missing_hashes = as_hashes(b"".join(bytes(row[0]) for row in rows))
        create = "CREATE TEMPORARY TABLE moved (LIKE {staged}) ON COMMIT DROP"
        move = f"{insert} hash, vector FROM moved ON CONFLICT DO NOTHING"
        for batch in batches(len(missing_hashes), AT_ONCE):
            for other in self.connections:  # one of its articles had the same text before
                vectors = vectors_by_hash(
                    other, tables, kind, missing_hashes[batch], with_staged=True
                )
                if vectors:
                    hashes = as_hashes(b"".join(vectors))
                    connection.execute("DROP TABLE IF EXISTS pg_temp.moved")
                    connection.execute(compose(create, staged=stage))
                    send_vectors(connection, moved, hashes, np.stack(list(vectors.values())))
                    connection.execute(compose(move, v=tables.of(kind)))

    def _place_rows(self, place: int, tables: VectorTables, kind: RowKind) -> None:
        columns = ", ".join(
            "r.hash" if each == "hash" else each for each in column_names(kind) if each != "vector"
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
        row_count = self.connections[place].execute(query).rowcount
        expected = int(np.count_nonzero(self.written.places(kind) == place))
        if row_count != expected:
            raise DamagedIndex("damaged-rows", subject=kind, found=row_count, expected=expected)

    def _copy_rows(
        self, place: int, table: str, rows: Iterable[Sequence[Any]], check: StopCheck
    ) -> None:
        """COPY rows of all columns of a table, followed by the generation's number."""
        columns = ", ".join([*column_names(table), "since"])
        self._copy(place, self.table(table), columns, rows, check)

    def table(self, name: str) -> sql.Composed:
        """A table of the base."""
        return sql.SQL(".").join([rows_of(self.base), sql.Identifier(name)])

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
        names, form = f"({columns})" if columns else "", "(FORMAT BINARY)" if types else ""
        statement = compose(f"COPY {{table}} {names} FROM STDIN {form}", table=table)
        with self.connections[place].cursor() as cursor, cursor.copy(statement) as copy:
            if types:
                copy.set_types(types)
            for number, row in enumerate(rows):
                if number % _CHECK_INTERVAL == 0:
                    check()
                # PostgreSQL's text cannot contain NUL, which no field of an article needs.
                copy.write_row([e.replace("\0", "") if isinstance(e, str) else e for e in row])


def load_generation(
    connections: Sequence[Connection],
    number: int,
    written: WrittenArticles,
    facts: GenerationFacts,
    words: Mapping[RowKind, Postings],
    check: StopCheck,
) -> None:
    """Load a whole generation in transactions that are left open, one per server.

    `connections` are in the order of the servers. Raises psycopg.Error, DamagedIndex.
    """
    tables = VectorTables(facts.model, facts.dimension)
    new = NewWords.of_all(words["passages"], words["sentences"])
    growth = _initial_growth(number, facts, written, new)
    loader = RowLoader(connections, number, number, written, new, FirstRows())

    def finish(place: int) -> None:
        """Place and index one server's rows, using only its own connection."""
        connection = connections[place]
        loader.place_rows(place, tables, check)
        loader.copy_terms(place, loader.table("terms"), check)
        letters = loader.table("letters")
        insert = compose("INSERT INTO {letters} VALUES (%s, %s, %s)", letters=letters)
        connection.cursor().executemany(insert, new.letters())
        index_base(connection, number)
        rows: dict[str, int] = {}
        for name in ("articles", *ROW_KINDS):
            query = compose("SELECT count(*) FROM {table}", table=loader.table(name))
            [rows[name]] = connection.execute(query).fetchone() or [0]
        for kind in ROW_KINDS:
            check()
            if rows[kind] > nearest.EXACT_ROWS:
                tables.index(connection, kind)
            connection.execute(compose("ANALYZE {v}", v=tables.of(kind)))
        own = ServerFacts(facts, number, place, len(connections), **rows, growth=growth)
        record_generation(connection, own)

    for connection in connections:
        connection.execute("BEGIN")
        create_base(connection, number)
    loader.stage(check)
    loader.take_vectors(tables, check)
    # HNSW graphs can take hours: build them on all servers at once.
    with ThreadPoolExecutor(len(connections)) as pool:
        futures = [pool.submit(finish, place) for place in range(len(connections))]
        try:
            for each in as_completed(futures):
                each.result()
        except BaseException:
            while wait(futures, timeout=1).not_done:
                for connection in connections:
                    connection.cancel()
            raise


def _initial_growth(
    number: int, facts: GenerationFacts, written: WrittenArticles, words: NewWords
) -> Growth:
    lengths: dict[RowKind, float] = {
        "passages": words.passages.average_length,
        "sentences": words.sentences.average_length,
    }
    return Growth(
        base=number,
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


def record_generation(connection: Connection, own: ServerFacts) -> None:
    connection.execute(
        "INSERT INTO selon.generations VALUES (%s, %s, %s)",
        [own.number, own.facts.id, own.as_json()],
    )
