"""Rows put into PostgreSQL by COPY: those of a whole generation, or of an addition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from psycopg import sql

from index.errors import DamagedIndex
from index.store.build_turn import StopCheck, as_hashes
from index.store.postgres import nearest
from index.store.postgres.connections import Connection
from index.store.postgres.new_rows import FirstRows, NewWords, WrittenArticles, open_sheet
from index.store.postgres.schema import column_names, compose, create_base, index_base, rows_of
from index.store.postgres.server_facts import Growth, ServerFacts
from index.store.postgres.vector_tables import (
    KINDS,
    VectorTables,
    send_vectors,
    stage_table,
    vectors_by_hash,
)
from index.store.postings import Postings
from index.store.reader import GenerationFacts, RowKind

_CHECKED_EVERY = 5_000  # rows
AT_ONCE = 2_048  # vectors sent, or taken out, together


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
        first: FirstRows,
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
        with closing(open_sheet(self._written.path)) as sheet:
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
        with closing(open_sheet(self._written.path)) as sheet:
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
            batch = missing[start : start + AT_ONCE]
            for other in self._connections:  # an article there had the same text before
                vectors = vectors_by_hash(other, tables, kind, batch, staged=True)
                if vectors:
                    hashes = as_hashes(b"".join(vectors))
                    new = sql.SQL("CREATE TEMPORARY TABLE moved (LIKE {}) ON COMMIT DROP")
                    connection.execute("DROP TABLE IF EXISTS pg_temp.moved")
                    connection.execute(new.format(stage_table(kind)))
                    moved = sql.Identifier("moved")
                    send_vectors(connection, moved, hashes, np.stack(list(vectors.values())))
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
        self, facts: GenerationFacts, words: Mapping[RowKind, Postings], check: StopCheck
    ) -> None:
        tables = VectorTables(facts.model, facts.dimension)
        new = NewWords.of_all(words["passages"], words["sentences"])
        loader = RowLoader(
            self._connections, self._number, self._number, self._written, new, FirstRows()
        )
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
