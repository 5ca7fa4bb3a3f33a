"""The articles and passages of a generation in PostgreSQL, as one server has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.article import Article, ArticleEntry, Period, Selection
from index.store.articles import (
    ARTICLE_COLUMNS,
    ENTRY_COLUMNS,
    Dialect,
    article_of_row,
    entry_of_row,
    selection_clause,
)
from index.store.postgres.connections import Connection
from index.store.postgres.schema import compose, schema_of
from index.store.reader import SHORTEST_PREFIX, FacetKind

Row = tuple[Any, ...]
NumberedEntry = tuple[int, ArticleEntry]  # its number tells apart those of a day


POSTGRES = Dialect(
    mark="%s",
    column_in_list="a.{} = ANY(%s)",
    path_below_list="EXISTS (SELECT FROM unnest(%s::text[]) folder "
    "WHERE strpos(('/' || a.path) COLLATE \"C\", '/' || folder || '/') > 0)",
    as_list=list,
)


def fetch(connection: Connection, number: int, query: str, *values: object) -> list[Row]:
    """The rows of a query about the tables of a generation, whose schema it calls {g}."""
    written = compose(query, g=schema_of(number))
    return connection.execute(written, values, binary=True).fetchall()


class ArticleRows:
    """What one server has of the articles of a generation; see `index.store.reader`."""

    def __init__(self, number: int) -> None:
        self._number = number

    def articles(self, connection: Connection, ids: list[str]) -> list[Article]:
        """Those of these articles that are here."""
        query = f"SELECT {ARTICLE_COLUMNS} FROM {{g}}.articles WHERE id = ANY(%s)"
        return [article_of_row(row) for row in fetch(connection, self._number, query, ids)]

    def entries(
        self, connection: Connection, within: Period | None, limit: int, among: Selection | None
    ) -> list[NumberedEntry]:
        clause, values = selection_clause(within, among, POSTGRES)
        clause += " ORDER BY published DESC NULLS LAST, number LIMIT %s"
        return self._entries(connection, clause, *values, None if limit < 0 else limit)

    def find(self, connection: Connection, reference: str) -> tuple[int, list[NumberedEntry]]:
        """The first of the ways that finds any, by number, and what it finds."""
        ways = ["id = %s", "starts_with(id, %s)", "path = %s", "url = %s", "title = %s"]
        for number, way in enumerate(ways):
            if "\0" in reference or (number == 1 and len(reference) < SHORTEST_PREFIX):
                continue
            if entries := self._entries(connection, f"{way} ORDER BY number", reference):
                return number, entries
        return len(ways), []

    def entries_of(self, connection: Connection, ids: list[str]) -> list[NumberedEntry]:
        """Those of these articles and copies that are here."""
        return self._entries(connection, "id = ANY(%s)", ids)

    def copied(self, connection: Connection) -> list[NumberedEntry]:
        return self._entries(connection, "copies <> '[]'")

    def _entries(self, connection: Connection, clause: str, *values: object) -> list[NumberedEntry]:
        query = f"SELECT number, {ENTRY_COLUMNS} FROM {{g}}.articles a WHERE {clause}"
        rows = fetch(connection, self._number, query, *values)
        return [(row[0], entry_of_row(row[1:])) for row in rows]

    def passage_keys(self, connection: Connection, ids: list[str]) -> list[int]:
        """Those of the passages of these articles."""
        query = (
            "SELECT p.number FROM {g}.passages p JOIN {g}.articles a ON a.number = p.article "
            "WHERE a.id = ANY(%s)"
        )
        return [row[0] for row in fetch(connection, self._number, query, ids)]

    def count(self, connection: Connection, within: Period | None, among: Selection | None) -> int:
        condition, values = selection_clause(within, among, POSTGRES)
        query = f"SELECT count(*) FROM {{g}}.articles a WHERE {condition}"
        return int(fetch(connection, self._number, query, *values)[0][0])

    def facet(self, connection: Connection, kind: FacetKind) -> dict[str, int]:
        query = (
            f"SELECT {kind}, count(*) FROM {{g}}.articles "
            f"WHERE copy_of IS NULL AND {kind} <> '' GROUP BY {kind}"
        )
        return dict(fetch(connection, self._number, query))

    def passage_texts(self, connection: Connection, keys: Sequence[int]) -> list[Row]:
        """Key, article, start, stop, heading and text of these passages."""
        query = (
            "SELECT p.number, a.id, p.start, p.stop, p.heading, "
            "substr(a.text, p.start + 1, p.stop - p.start) "
            "FROM {g}.passages p JOIN {g}.articles a ON a.number = p.article "
            "WHERE p.number = ANY(%s::bigint[])"
        )
        return fetch(connection, self._number, query, list(keys))

    def sentence_spans(self, connection: Connection, keys: Sequence[int]) -> list[Row]:
        """Passage, start and stop of the sentences of these passages, in reading order."""
        query = (
            "SELECT passage, start, stop FROM {g}.sentences "
            "WHERE passage = ANY(%s::bigint[]) ORDER BY number"
        )
        return fetch(connection, self._number, query, list(keys))

    def passage_key(self, connection: Connection, article_id: str, at: int | None) -> int | None:
        """The passage of an article that holds the character at this offset; without one, the
        first."""
        place, values = "TRUE ORDER BY number", list[object]()
        if at is not None:
            place, values = "start <= %s AND stop > %s ORDER BY start DESC", [at, at]
        query = (
            "SELECT number FROM {g}.passages "
            f"WHERE article = (SELECT number FROM {{g}}.articles WHERE id = %s) AND {place} LIMIT 1"
        )
        rows = fetch(connection, self._number, query, article_id, *values)
        return int(rows[0][0]) if rows else None

    def count_passages(self, connection: Connection, article_id: str) -> int:
        query = (
            "SELECT count(*) FROM {g}.passages "
            "WHERE article = (SELECT number FROM {g}.articles WHERE id = %s)"
        )
        return int(fetch(connection, self._number, query, article_id)[0][0])
