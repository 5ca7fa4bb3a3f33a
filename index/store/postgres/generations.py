"""The generations that servers have: which are whole, in service, held, and to be removed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from psycopg import sql

from index.article import FINGERPRINTED, corpus_fingerprint, fingerprints_differ
from index.errors import DamagedIndex
from index.store.postgres.connections import (
    GENERATION_LOCK,
    MODELS_LOCK,
    Connection,
    Server,
    when_unheld,
)
from index.store.postgres.generation import ServerFacts
from index.store.postgres.load import KINDS, stored_hashes
from index.store.postgres.schema import VectorTables, drop_generation, fetch, schema_of

KEPT_DAYS = 30  # that a vector is kept for a build to take
_AT_ONCE = 2_048  # vectors looked up together


@dataclass(frozen=True, slots=True)
class KnownGenerations:
    """The generations there are: `whole`, by number, as the servers have those that each has its
    part of; on which servers there are parts of others, left by builds that were killed; and those
    that were written for other servers, which are not this cluster's to delete."""

    whole: dict[int, list[ServerFacts]]
    partial: dict[int, list[int]]
    foreign: frozenset[int]

    @classmethod
    def on(cls, connections: Sequence[Connection]) -> KnownGenerations:
        query = "SELECT number, facts FROM selon.generations"
        found = [
            {number: ServerFacts.from_json(number, told) for number, told in each.execute(query)}
            for each in connections
        ]
        whole: dict[int, list[ServerFacts]] = {}
        partial: dict[int, list[int]] = {}
        foreign = set()
        for number in sorted(set().union(*found)):
            places = [place for place, each in enumerate(found) if number in each]
            owns = [found[place][number] for place in places]
            if any(own.servers != len(found) for own in owns) or places != [e.place for e in owns]:
                foreign.add(number)
            elif len(places) == len(found):
                whole[number] = owns
            else:
                partial[number] = places
        return cls(whole, partial, frozenset(foreign))

    @property
    def newest(self) -> int:
        return max([0, *self.whole, *self.partial, *self.foreign])


def current_number(connection: Connection) -> int | None:
    """The generation in service."""
    found = connection.execute("SELECT number FROM selon.current").fetchone()
    return int(found[0]) if found else None


def verify_generation(
    servers: Sequence[Server], connections: Sequence[Connection], own: Sequence[ServerFacts]
) -> None:
    """Count the rows of a generation and compare its articles with what was written.

    PostgreSQL checks its pages itself. Raises DamagedIndex naming the server that differs.
    """
    number, facts = own[0].number, own[0].facts
    articles = []
    for server, connection, each in zip(servers, connections, own, strict=True):
        for table, expected in (
            ("articles", each.articles),
            ("passages", each.passages),
            ("sentences", each.sentences),
        ):
            [(found,)] = fetch(connection, number, f"SELECT count(*) FROM {{g}}.{table}")
            if found != expected:
                raise DamagedIndex(
                    "damaged-rows", shown=server.shown, found=found, expected=expected
                )
        articles += fetch(connection, number, f"SELECT {FINGERPRINTED} FROM {{g}}.articles")
    if fingerprints_differ(facts.fingerprint, corpus_fingerprint(articles)):
        shown = " ".join(each.shown for each in servers)
        raise DamagedIndex("generation-altered", shown=shown, generation=facts.id)


def put_in_service(connection: Connection, number: int) -> None:
    """Readers see the one before or this one, never less: they all ask the first server."""
    connection.execute(
        "INSERT INTO selon.current (number) VALUES (%s) "
        "ON CONFLICT (only_row) DO UPDATE SET number = excluded.number",
        [number],
    )


def clean(connections: Sequence[Connection], current: int, before: int | None) -> None:
    """Remove all but these that nobody reads, the vectors that none has any more, and of those that
    are kept what the current one has."""
    for connection in connections:
        for tables in _models(connection):
            # What no build has taken for so long that none will: parts may be at work for another.
            query = sql.SQL("DELETE FROM {} WHERE kept_on < current_date - {}")
            connection.execute(query.format(tables.kept, sql.Literal(KEPT_DAYS)))
    known = KnownGenerations.on(connections)
    gone = set()
    everywhere = list(range(len(connections)))
    found = dict.fromkeys(known.whole.keys() - {current, before}, everywhere) | known.partial
    for number, places in found.items():
        with ExitStack() as held:
            holders = [connections[place] for place in places]
            if all(
                held.enter_context(when_unheld(each, GENERATION_LOCK, number)) for each in holders
            ):
                for connection in holders:
                    with connection.transaction():
                        drop_generation(connection, number)
                gone.add(number)
    left = [each[0] for number, each in known.whole.items() if number not in gone]
    if gone and not known.foreign:  # of whose vectors nothing is known
        for connection in connections:
            for tables in _models(connection):
                own = [each for each in left if tables.are_of(each.facts)]
                _clean_model(connection, tables, own)
    facts = known.whole[current][0].facts
    for connection in connections:
        _forget_taken(connection, connections, VectorTables(facts.model, facts.dimension))


def _forget_taken(
    connection: Connection, everywhere: Sequence[Connection], tables: VectorTables
) -> None:
    """What a server keeps and any of them has vectors of, in the tables that a build looks in."""
    some = sql.SQL("SELECT id, hash FROM {} WHERE id > %s ORDER BY id LIMIT {}").format(
        tables.kept, sql.Literal(_AT_ONCE)
    )
    remove = sql.SQL("DELETE FROM {} WHERE id = ANY(%s)").format(tables.kept)
    last = 0
    while rows := connection.execute(some, [last], binary=True).fetchall():
        last = rows[-1][0]
        hashes = [bytes(row[1]) for row in rows]
        taken = set().union(*(stored_hashes(each, tables, KINDS, hashes) for each in everywhere))
        gone = [row[0] for row, own in zip(rows, hashes, strict=True) if own in taken]
        connection.execute(remove, [gone])
    if last:  # what is empty at its end goes back to the disk
        connection.execute(sql.SQL("VACUUM {}").format(tables.kept))


def _clean_model(connection: Connection, tables: VectorTables, own: list[ServerFacts]) -> None:
    if not own:
        kept = sql.SQL("SELECT FROM {} LIMIT 1").format(tables.kept)
        with when_unheld(connection, MODELS_LOCK) as free:
            if free and connection.execute(kept).fetchone() is None:
                tables.drop(connection)
        return
    for kind in KINDS:
        unused = sql.SQL(" AND ").join(
            sql.SQL("NOT EXISTS (SELECT FROM {}.{} r WHERE r.vector = v.id)").format(
                schema_of(each.number), sql.Identifier(kind)
            )
            for each in own
        )
        connection.execute(sql.SQL("DELETE FROM {} v WHERE {}").format(tables.of(kind), unused))


def _models(connection: Connection) -> list[VectorTables]:
    rows = connection.execute("SELECT model, dimension FROM selon.models").fetchall()
    return [VectorTables(model, dimension) for model, dimension in rows]
