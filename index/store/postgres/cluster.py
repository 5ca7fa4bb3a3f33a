"""The identity of a cluster, so that no server is mistaken for another.

A server stores the identity of its cluster, its place in it and the number of servers, which are
compared before anything is read or written. A cluster made by an earlier Selon gets an identity
once it is certain which servers belong to it, and in which order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from index.errors import DamagedIndex, StoreError
from index.store.postgres.connections import Connection, Server, translate_errors
from index.store.postgres.schema import PREPARING, is_prepared, prepare_database
from index.store.postgres.server_facts import ServerFacts

_CLUSTER = """
CREATE TABLE IF NOT EXISTS selon.cluster (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    identity text NOT NULL,
    place integer NOT NULL,
    servers integer NOT NULL
)
"""
_CLAIM = """
INSERT INTO selon.cluster (identity, place, servers) VALUES (%s, %s, %s) ON CONFLICT (only_row)
DO UPDATE SET identity = excluded.identity, place = excluded.place, servers = excluded.servers
"""


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """A server's place, from 0, in a cluster of so many `servers`."""

    cluster: str
    place: int
    servers: int


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a server has: `current` is the number of the generation in service (first server only);
    `is_empty` means that neither a build nor a person has stored anything."""

    is_empty: bool = True
    identity: ServerIdentity | None = None
    current: int | None = None
    generations: Mapping[int, ServerFacts] = field(default_factory=dict)


def read_server_state(connection: Connection, label: str) -> ServerState:
    """Raises StoreError for tables of another layout, and DamagedIndex."""
    if not is_prepared(connection, label):
        return ServerState()
    # Before the generations, so that one put in service in between is not missed.
    current = connection.execute("SELECT number FROM selon.current").fetchone()
    rows = connection.execute("SELECT number, facts FROM selon.generations").fetchall()
    generations = {}
    for number, facts_json in rows:
        try:
            generations[number] = ServerFacts.from_json(number, facts_json)
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedIndex(
                "generation-altered", subject=label, generation=str(number)
            ) from error
    first_row = connection.execute(
        "SELECT FROM selon.generations UNION ALL SELECT FROM selon.models "
        "UNION ALL SELECT FROM selon.removed LIMIT 1"
    ).fetchone()
    return ServerState(
        first_row is None, _identity(connection), int(current[0]) if current else None, generations
    )


def _identity(connection: Connection) -> ServerIdentity | None:
    there = connection.execute("SELECT to_regclass('selon.cluster') IS NOT NULL").fetchone()
    if not there or not there[0]:
        return None
    row = connection.execute("SELECT identity, place, servers FROM selon.cluster").fetchone()
    return ServerIdentity(*row) if row else None


def identify(servers: Sequence[Server], states: Sequence[ServerState]) -> str | None:
    """The identity of the cluster of these servers, in this order; None if it has none yet. Raises
    StoreError if a server is not, or may not be, what its address is taken for."""
    if all(state.is_empty for state in states):
        return None
    if all(state.identity is None for state in states):
        _check_unidentified(servers, states)
        return None
    first = next(state.identity for state in states if state.identity is not None)
    for place, (server, state) in enumerate(zip(servers, states, strict=True)):
        if state.identity is None:
            raise StoreError("postgres-unidentified", subject=server.label)
        check_place(server, place, len(servers), state.identity)
        if state.identity.cluster != first.cluster:
            raise StoreError("postgres-other-cluster", subject=server.label, first=servers[0].label)
    return first.cluster


def check_first(servers: Sequence[Server], state: ServerState) -> None:
    """Raise StoreError if the first server belongs elsewhere, without asking the others."""
    current = state.generations.get(state.current or 0)
    identity: ServerIdentity | ServerFacts | None = state.identity or current
    for each in [identity] if identity else state.generations.values():
        check_place(servers[0], 0, len(servers), each)


def check_place(
    server: Server, place: int, servers: int, identity: ServerIdentity | ServerFacts
) -> None:
    """Raise StoreError if this was stored on another server, or for another number of them."""
    if (identity.place, identity.servers) != (place, servers):
        raise StoreError(
            "postgres-servers",
            subject=server.label,
            place=place + 1,
            servers=servers,
            built_place=identity.place + 1,
            built_servers=identity.servers,
        )


def _check_unidentified(servers: Sequence[Server], states: Sequence[ServerState]) -> None:
    """Check that every server has its part of the generation in service, as the first one knows it.
    If none is in service, a single server may have generations of a killed build."""
    first = states[0].generations.get(states[0].current or 0)
    for place, (server, state) in enumerate(zip(servers, states, strict=True)):
        own = None if first is None else state.generations.get(first.number)
        for each in state.generations.values() if first is None else [own] if own else []:
            check_place(server, place, len(servers), each)
        is_lost = first is not None and (own is None or own.facts.id != first.facts.id)
        doubtful = first is None and state.generations and len(servers) > 1
        if is_lost or doubtful or (place and state.current is not None):
            raise StoreError("postgres-unidentified", subject=server.label)


def claim_cluster(servers: Sequence[Server], connections: Sequence[Connection]) -> None:
    """Create the shared tables on every server, and record its place in the cluster. Nothing is
    written before all servers have been compared. Raises StoreError."""
    if identify(servers, _read_server_states(servers, connections)) is not None:
        return
    for server, connection in zip(servers, connections, strict=True):
        with translate_errors(server.label):
            prepare_database(connection)
            with connection.transaction():  # two concurrent CREATEs would make one fail
                connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
                connection.execute(_CLUSTER)
    identity = str(uuid4())
    with connections[0].transaction():
        connections[0].execute("SELECT pg_advisory_xact_lock(%s, 1)", [PREPARING])
        if identify(servers, _read_server_states(servers, connections)) is not None:
            return  # another build was faster
        for place in reversed(range(len(servers))):  # the first server last: it holds the lock
            with translate_errors(servers[place].label):
                connections[place].execute(_CLAIM, [identity, place, len(servers)])
    for place, (server, connection) in enumerate(zip(servers, connections, strict=True)):
        with translate_errors(server.label):
            holder = _identity(connection)
        if holder is not None:  # by the same server's other address, or another build
            check_place(server, place, len(servers), holder)


def _read_server_states(
    servers: Sequence[Server], connections: Sequence[Connection]
) -> list[ServerState]:
    states = []
    for server, connection in zip(servers, connections, strict=True):
        with translate_errors(server.label):
            states.append(read_server_state(connection, server.label))
    return states
