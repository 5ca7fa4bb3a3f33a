"""The generations on the servers: which are complete, in service, held, or to be removed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from index.store.postgres.schema import drop_base, drop_generation, fetch, trim_base, undo_addition
from index.store.postgres.server_facts import ServerFacts
from index.store.postgres.vector_tables import VectorTables, stored_hashes
from index.store.reader import ROW_KINDS, RowKind

KEPT_DAYS = 30  # that saved vectors are kept for a build
_AT_ONCE = 2_048  # vectors looked up at once
_VERIFIED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GenerationList:
    """All generations, by number.

    `whole`: complete ones, with each server's facts. `partial`: left by killed builds on the
    servers at these places. `foreign`: written for other clusters, so not ours to delete.
    """

    whole: dict[int, list[ServerFacts]]
    partial: dict[int, list[int]]
    foreign: frozenset[int]

    @classmethod
    def on(cls, connections: Sequence[Connection]) -> GenerationList:
        by_server = [_generations_on(each) for each in connections]
        whole: dict[int, list[ServerFacts]] = {}
        partial: dict[int, list[int]] = {}
        foreign = set()
        for number in sorted(set().union(*by_server)):
            places = [place for place, each in enumerate(by_server) if number in each]
            owns = [by_server[place][number] for place in places]
            written_places = [own.place for own in owns]
            if any(own.servers != len(by_server) for own in owns) or places != written_places:
                foreign.add(number)
            elif len(places) == len(by_server):
                whole[number] = owns
            else:
                partial[number] = places
        return cls(whole, partial, frozenset(foreign))

    @property
    def newest(self) -> int:
        return max([0, *self.whole, *self.partial, *self.foreign])


def current_number(connection: Connection) -> int | None:
    """Number of the generation in service."""
    row = connection.execute("SELECT number FROM selon.current").fetchone()
    return int(row[0]) if row else None


def verify_generation(
    servers: Sequence[Server], connections: Sequence[Connection], own: Sequence[ServerFacts]
) -> None:
    """Count the rows of a generation and compare its fingerprint; PostgreSQL checks its pages.
    Raises DamagedIndex naming the server that differs."""
    number, facts = own[0].number, own[0].facts
    articles = []
    for server, connection, each in zip(servers, connections, own, strict=True):
        for table, expected in (
            ("articles", each.articles),
            ("passages", each.passages),
            ("sentences", each.sentences),
        ):
            [(count,)] = fetch(connection, number, f"SELECT count(*) FROM {{g}}.{table}")
            if count != expected:
                raise DamagedIndex(
                    "damaged-rows", subject=server.label, found=count, expected=expected
                )
        articles += fetch(connection, number, f"SELECT {FINGERPRINTED} FROM {{g}}.articles")
    if fingerprints_differ(facts.fingerprint, corpus_fingerprint(articles)):
        label = " ".join(each.label for each in servers)
        raise DamagedIndex("generation-altered", subject=label, generation=facts.id)


def put_in_service(connection: Connection, number: int) -> None:
    """Switch atomically: all readers ask the first server."""
    connection.execute(
        "INSERT INTO selon.current (number) VALUES (%s) "
        "ON CONFLICT (only_row) DO UPDATE SET number = excluded.number",
        [number],
    )


def clean(connections: Sequence[Connection], current: int, before: int | None) -> None:
    """Remove all generations but these, unless being read; vectors without rows; and saved vectors
    that are old or that the current generation has."""
    for connection in connections:
        for tables in _models(connection):
            # Not those that parts may be making for another build.
            query = sql.SQL("DELETE FROM {} WHERE kept_on < current_date - {}")
            connection.execute(query.format(tables.kept, sql.Literal(KEPT_DAYS)))
    generations = GenerationList.on(connections)
    obsolete = generations.whole.keys() - {current, before} | generations.partial.keys()
    remove_generations(connections, generations, obsolete)
    facts = generations.whole[current][0].facts
    for connection in connections:
        _delete_stored(connection, connections, VectorTables(facts.model, facts.dimension))


def remove_generations(
    connections: Sequence[Connection], generations: GenerationList, numbers: Collection[int]
) -> None:
    """Remove these generations, unless being read, and their unshared rows and vectors."""
    has_dropped = False
    for number in sorted(numbers, reverse=True):  # additions before what they add to
        with ExitStack() as stack:
            holders = [
                connections[at] for at in generations.partial.get(number, range(len(connections)))
            ]
            if all(
                stack.enter_context(when_unheld(each, GENERATION_LOCK, number)) for each in holders
            ):
                for connection in holders:
                    with connection.transaction():
                        has_dropped |= _drop(connection, number)
    if generations.foreign:  # their vectors are unknown
        return
    for connection in connections if numbers else ():
        remaining = list(_generations_on(connection).values())
        for tables in _models(connection):
            _trim(
                connection,
                tables,
                [each for each in remaining if tables.are_of(each.facts)],
                has_dropped,
            )


def _drop(connection: Connection, number: int) -> bool:
    """Drop a generation; return True if the rows of its base went with it."""
    facts = _generations_on(connection)
    base = facts[number].base
    drop_generation(connection, number)
    siblings = [e.number for e in facts.values() if e.base == base and e.number != number]
    if not siblings:
        drop_base(connection, base)
    elif number > max(siblings):
        undo_addition(connection, number, base)
    return not siblings


def _trim(
    connection: Connection,
    tables: VectorTables,
    remaining: Sequence[ServerFacts],
    has_dropped: bool,
) -> None:
    """Remove a model's rows that none of the generations left has, with their vectors; if a base
    was dropped, all unused vectors."""
    if not remaining:
        first_vector = sql.SQL("SELECT FROM {} LIMIT 1").format(tables.kept)
        with when_unheld(connection, MODELS_LOCK) as free:
            if free and connection.execute(first_vector).fetchone() is None:
                tables.drop(connection)
        return
    oldest = {each.base: each.number for each in sorted(remaining, key=lambda e: -e.number)}
    rows = {own.base: own.rows for own in remaining}
    with connection.transaction():
        vectors: dict[RowKind, list[int]] = {kind: [] for kind in ROW_KINDS}
        for each in remaining:
            if each.growth and each.growth.gone and each.number == oldest[each.base]:
                for kind, ids in trim_base(connection, each.base, each.number).items():
                    vectors[kind] += ids
        for kind in ROW_KINDS:
            if not has_dropped and not vectors[kind]:
                continue
            is_unused = sql.SQL(" AND ").join(
                sql.SQL("NOT EXISTS (SELECT FROM {}.{} r WHERE r.vector = v.id)").format(
                    schema, sql.Identifier(kind)
                )
                for schema in rows.values()
            )
            among = sql.SQL("TRUE" if has_dropped else "v.id = ANY(%(ids)s)")
            query = sql.SQL("DELETE FROM {} v WHERE {} AND {}")
            statement = query.format(tables.of(kind), among, is_unused)
            connection.execute(statement, {} if has_dropped else {"ids": vectors[kind]})


def _generations_on(connection: Connection) -> dict[int, ServerFacts]:
    rows = connection.execute("SELECT number, facts FROM selon.generations")
    return {number: ServerFacts.from_json(number, facts_json) for number, facts_json in rows}


def _delete_stored(
    connection: Connection, everywhere: Sequence[Connection], tables: VectorTables
) -> None:
    """Delete the saved vectors of a server that any server has in its vector tables."""
    some = sql.SQL("SELECT id, hash FROM {} WHERE id > %s ORDER BY id LIMIT {}").format(
        tables.kept, sql.Literal(_AT_ONCE)
    )
    remove = sql.SQL("DELETE FROM {} WHERE id = ANY(%s)").format(tables.kept)
    last = 0
    while rows := connection.execute(some, [last], binary=True).fetchall():
        last = rows[-1][0]
        hashes = [bytes(row[1]) for row in rows]
        hashes_in_use = set().union(
            *(stored_hashes(each, tables, ROW_KINDS, hashes) for each in everywhere)
        )
        obsolete = [row[0] for row, own in zip(rows, hashes, strict=True) if own in hashes_in_use]
        connection.execute(remove, [obsolete])
    if last:  # return the freed space to the disk
        connection.execute(sql.SQL("VACUUM {}").format(tables.kept))


def _models(connection: Connection) -> list[VectorTables]:
    rows = connection.execute("SELECT model, dimension FROM selon.models").fetchall()
    return [VectorTables(model, dimension) for model, dimension in rows]


class VerifiedGeneration:
    """Cache of which generation was fully verified, and when, so that an addition to millions of
    articles need not count them all."""

    def __init__(self, workplace: Path) -> None:
        self._path = workplace / "verified.json"

    def is_recent(self, generation: str) -> bool:
        moment = self._moment(generation)
        return moment is not None and abs(datetime.now(UTC) - moment) < _VERIFIED

    def note(self, generation: str, moment: datetime | None = None) -> None:
        """Record the generation as verified; failing to is harmless."""
        record = json.dumps([generation, (moment or datetime.now(UTC)).isoformat()])
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(record, encoding="utf-8")

    def note_addition(self, generation: str, before: str) -> None:
        """Record an addition as verified when the generation before it was."""
        if (moment := self._moment(before)) is not None:
            self.note(generation, moment)

    def forget(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _moment(self, generation: str) -> datetime | None:
        with suppress(OSError, ValueError, TypeError):
            recorded_id, moment = json.loads(self._path.read_text(encoding="utf-8"))
            return datetime.fromisoformat(moment) if recorded_id == generation else None
        return None
