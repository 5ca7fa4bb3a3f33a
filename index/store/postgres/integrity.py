"""The generations in a database: which are in service, held, or to be removed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import sql

from index.article import FINGERPRINTED, corpus_fingerprint, fingerprints_differ
from index.errors import DamagedIndex
from index.store.generation import ROW_KINDS, RowKind
from index.store.postgres.connections import (
    Connection,
    Server,
    translate_errors,
    when_unheld,
)
from index.store.postgres.layout import (
    drop_base,
    drop_generation,
    fetch,
    is_prepared,
    prepare_database,
    trim_base,
    undo_addition,
)
from index.store.postgres.manifest import PostgresManifest
from index.store.postgres.vector_tables import VectorTables

_VERIFIED = timedelta(days=1)


@contextmanager
def connect_to_build(server: Server) -> Iterator[Connection]:
    """A connection for writing; creates the shared tables."""
    with closing(server.connect(writing=True)) as connection, translate_errors(server.label):
        if is_prepared(connection):
            read_generations(connection)  # refuses a part of an index on several servers
        else:
            prepare_database(connection)
        yield connection


def read_generations(connection: Connection) -> dict[int, PostgresManifest]:
    """The complete generations, by number. Raises DamagedIndex, and StoreError for a part of an
    index that lies on several servers."""
    rows = connection.execute("SELECT number, facts FROM selon.generations ORDER BY number")
    return {
        number: PostgresManifest.from_json(number, facts_json, connection.label)
        for number, facts_json in rows
    }


def current_number(connection: Connection) -> int | None:
    """Number of the generation in service."""
    row = connection.execute("SELECT number FROM selon.current").fetchone()
    return int(row[0]) if row else None


def verify_generation(connection: Connection, own: PostgresManifest) -> None:
    """Count the rows of a generation and compare its fingerprint; PostgreSQL checks its pages.
    Raises DamagedIndex."""
    facts = own.facts
    for table, expected in (("passages", facts.passages), ("sentences", facts.sentences)):
        [(count,)] = fetch(connection, own.number, f"SELECT count(*) FROM {{g}}.{table}")
        if count != expected:
            raise DamagedIndex(
                "damaged-rows", subject=connection.label, found=count, expected=expected
            )
    articles = fetch(connection, own.number, f"SELECT {FINGERPRINTED} FROM {{g}}.articles")
    if fingerprints_differ(facts.fingerprint, corpus_fingerprint(articles)):
        raise DamagedIndex("generation-altered", subject=connection.label, generation=facts.id)


def put_in_service(connection: Connection, number: int) -> None:
    """Switch atomically."""
    connection.execute(
        "INSERT INTO selon.current (number) VALUES (%s) "
        "ON CONFLICT (only_row) DO UPDATE SET number = excluded.number",
        [number],
    )


def clean(connection: Connection, current: int, before: int | None) -> None:
    """Remove all generations but these, unless being read, and vectors without rows."""
    generations = read_generations(connection)
    remove_generations(connection, generations, generations.keys() - {current, before})


def forget_saved_vectors(connection: Connection) -> None:
    """Remove saved vectors of all models, once a new generation is in service."""
    for tables in _models(connection):
        connection.execute(sql.SQL("TRUNCATE {}").format(tables.kept))


def remove_generations(
    connection: Connection, generations: Mapping[int, PostgresManifest], numbers: Collection[int]
) -> None:
    """Remove these generations, unless being read, and their unshared rows and vectors."""
    has_dropped = False
    remaining = dict(generations)
    for number in sorted(numbers, reverse=True):  # additions before what they add to
        with when_unheld(connection, number) as free:
            if free:
                with connection.transaction():
                    has_dropped |= _drop(connection, remaining.pop(number), remaining.values())
    for tables in _models(connection) if numbers else ():
        of_model = [own for own in remaining.values() if tables.are_of(own.facts)]
        _trim(connection, tables, of_model, has_dropped)


def _drop(
    connection: Connection, own: PostgresManifest, others: Collection[PostgresManifest]
) -> bool:
    """Drop a generation; return True if the rows of its base went with it."""
    drop_generation(connection, own.number)
    siblings = [other.number for other in others if other.base == own.base]
    if not siblings:
        drop_base(connection, own.base)
    elif own.number > max(siblings):
        undo_addition(connection, own.number, own.base)
    return not siblings


def _trim(
    connection: Connection,
    tables: VectorTables,
    remaining: Sequence[PostgresManifest],
    has_dropped: bool,
) -> None:
    """Remove a model's rows that none of the generations left has, with their vectors; if a base
    was dropped, all unused vectors."""
    if not remaining:
        tables.drop(connection)
        return
    oldest = {
        generation.base: generation.number
        for generation in sorted(remaining, key=lambda e: -e.number)
    }
    rows = {own.base: own.rows for own in remaining}
    with connection.transaction():
        vectors: dict[RowKind, list[int]] = {kind: [] for kind in ROW_KINDS}
        for generation in remaining:
            if (
                generation.growth
                and generation.growth.gone
                and generation.number == oldest[generation.base]
            ):
                for kind, ids in trim_base(connection, generation.base, generation.number).items():
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
