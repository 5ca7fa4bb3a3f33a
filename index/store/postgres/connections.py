"""PostgreSQL connections, leases and holds; driver errors are raised as `StoreError`."""

from __future__ import annotations

import logging
import math
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg import conninfo, errors

from index.errors import BuildLocked, Problem, StoreError, Words
from index.store.url import find_url_fault

Connection: TypeAlias = "BoundedConnection"
Result = TypeVar("Result")

BREAKER_SECONDS = 5.0  # pause before a silent host is tried again
_PATIENCE_SECONDS = 1.0  # silence after which a host is pinged
_BUILD_PATIENCE_SECONDS = 15.0
_BUILD_SILENCES = 4  # unanswered pings in a row that end a build, which may have taken hours
_PING_SECONDS = 1.5
_TLS_REQUEST = struct.pack(">ii", 8, 80_877_103)  # every server replies to it with one byte
_CONNECT_SECONDS = 2  # libpq's minimum
_BUILD_CONNECT_SECONDS = 5
_SILENT_SECONDS = 10  # of unacknowledged data before a connection counts as dead
_LATE_SECONDS = 5  # beyond the statement timeout before a server counts as dead
_BUILD_LOCK = 0x53454C49  # advisory lock classes of our own
_GENERATION_LOCK = 0x53454C48
# Leases and holds end with their connection: one whose machine is dead must end too.
_ALIVE: dict[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": _SILENT_SECONDS * 1000,
}
_SERVER_ALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"

# The driver warns of what ending a pipeline or rolling back meets after the error that it raises.
logging.getLogger("psycopg").setLevel(logging.ERROR)

# Without this, a crash could undo a generation that was reported as built.
_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'"
)


class Host:
    """A host of a server's address, with its circuit breaker. Thread-safe. A stopped server may
    acknowledge every packet and never answer, which keepalives do not notice."""

    def __init__(
        self, name: str, port: str, address: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.port = port
        self.address = address  # empty: the name says where it is
        self._clock = clock
        self._lock = threading.Lock()  # never held while the host is pinged
        self._open_until: float | None = None

    @property
    def rests(self) -> bool:
        """True if it was silent a moment ago."""
        until = self._open_until  # another thread may reset it
        return until is not None and self._clock() < until

    def is_silent(self) -> bool:
        """True if the host does not reply. It then rests, and one caller at a time retries."""
        with self._lock:
            if self.rests:
                return True
            if self._open_until is not None:
                self._open_until = self._clock() + BREAKER_SECONDS
        silent = not self._replies()
        self._open_until = self._clock() + BREAKER_SECONDS if silent else None
        return silent

    def _replies(self) -> bool:
        """False on timeout only; a refusal is left to whoever connects."""
        try:
            with self._dial() as link:
                link.sendall(_TLS_REQUEST)
                link.recv(1)
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def _dial(self) -> socket.socket:
        if not self.name.startswith("/"):
            place = self.address or self.name, int(self.port)
            return socket.create_connection(place, _PING_SECONDS)
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(_PING_SECONDS)
        link.connect(f"{self.name}/.s.PGSQL.{self.port}")
        return link


@dataclass(frozen=True, slots=True)
class Server:
    """A database by its address, `postgresql://…`, as libpq reads it. Raises StoreError."""

    url: str = field(repr=False)
    label: str
    hosts: tuple[Host, ...] = field(repr=False, compare=False)

    @classmethod
    def at(cls, url: str) -> Server:
        plain = re.sub(r"\Apostgres(?:ql)?(?:\+\w{1,20})?://", "postgresql://", url.strip())
        try:
            parameters = conninfo.conninfo_to_dict(plain)
        except psycopg.Error:
            # libpq's message may quote the password.
            raise StoreError("postgres-address", reason=Problem("postgres-address-form")) from None
        fault = find_url_fault(plain, str(parameters.get("port") or ""), signs="@/")
        if fault is not None:
            raise StoreError("postgres-address", reason=fault)
        names = str(parameters.get("host") or parameters.get("hostaddr") or "").split(",")
        addresses = str(parameters.get("hostaddr") or "").split(",")
        ports = str(parameters.get("port") or "").split(",")
        ports += ports[:1] * (len(names) - len(ports))  # one port applies to all hosts
        places = [
            f"{name or 'localhost'}:{port}" if port else name or "localhost"
            for name, port in zip(names, ports, strict=False)
        ]
        hosts = [
            Host(name, port or "5432", address)
            for name, port, address in zip_longest(names, ports, addresses, fillvalue="")
            if name  # without a name, libpq chooses a socket
        ]
        database = parameters.get("dbname") or ""
        return cls(plain, f"postgresql://{','.join(places)}/{database}", tuple(hosts))

    def connect(self, *, writing: bool, seconds: float | None = None) -> BoundedConnection:
        """A new autocommit connection; `seconds` bound every statement, by the server's clock and,
        if the server is silent, by this machine's.

        `writing` selects the host that accepts writes; `seconds` skips silent hosts. Raises
        StoreError.
        """
        options = [
            str(conninfo.conninfo_to_dict(self.url).get("options") or ""),
            _SERVER_ALIVE,
            f"-c statement_timeout={1000 * (seconds or 0):.0f}",
            "-c idle_session_timeout=0",  # a lease is held while a model embeds
        ]
        more: dict[str, Any] = {"target_session_attrs": "read-write"} if writing else {}
        if seconds is not None:
            more |= self._awake_hosts()
        with translate_errors(self.label, connecting=True):
            connection = BoundedConnection.connect(
                self.url,
                autocommit=True,
                prepare_threshold=None,  # plan each query anew: filters differ much
                client_encoding="utf-8",  # a database of SQL_ASCII would give bytes
                application_name=f"{os.getpid()} ({socket.gethostname()})"[:63],
                options=" ".join(options).strip(),
                connect_timeout=_BUILD_CONNECT_SECONDS if seconds is None else _CONNECT_SECONDS,
                **_ALIVE,
                **more,
            )
        connection.seconds, connection.label = seconds, self.label
        address = connection.info.host, str(connection.info.port)
        connection.host = next((e for e in self.hosts if (e.name, e.port) == address), None)
        if writing:
            with translate_errors(self.label):
                connection.execute(_DURABLE)
        return connection

    def _awake_hosts(self) -> dict[str, str]:
        """libpq parameters that leave out silent hosts, if there are any."""
        awake = [host for host in self.hosts if not host.is_silent()]
        if len(awake) == len(self.hosts):
            return {}
        if not awake:
            raise StoreError("postgres-unreachable", subject=self.label, reason=Words("no reply"))
        return {
            "host": ",".join(host.name for host in awake),
            "hostaddr": ",".join(host.address for host in awake),
            "port": ",".join(host.port for host in awake),
        }


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that fails if its host falls silent: at once for a question, after a while for a
    build; in any case after `seconds` per statement, if set."""

    seconds: float | None = None
    host: Host | None = None
    label: str = ""

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        try:
            return super().wait(self._bounded(gen), *args, **options)
        except psycopg.Error as error:
            vars(error).setdefault("label", self.label)
            raise

    def _bounded(self, steps: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
        """Add the deadline and the pings to psycopg's steps. Raises OperationalError."""
        try:
            step = next(steps)  # often the only one: rows of a COPY are already there
            if self.seconds is None:
                deadline, patience, silences = math.inf, _BUILD_PATIENCE_SECONDS, _BUILD_SILENCES
            else:
                deadline, patience, silences = self.seconds + _LATE_SECONDS, _PATIENCE_SECONDS, 1
            start, silent = time.monotonic(), 0
            check = start + patience
            while True:
                ready = yield step
                if not ready and (now := time.monotonic()) > check:
                    silent = silent + 1 if self.host is not None and self.host.is_silent() else 0
                    if silent >= silences or now > start + deadline:
                        self.close()
                        raise psycopg.OperationalError(f"no reply in {now - start:.0f} s")
                    check = time.monotonic() + patience
                step = steps.send(ready)
        except StopIteration as ended:
            result: Result = ended.value
            return result


@contextmanager
def translate_errors(label: str, *, connecting: bool = False) -> Iterator[None]:
    """Raise driver errors as `StoreError`, naming the server they came from, or else `label`."""
    try:
        yield
    except psycopg.Error as error:
        where = vars(error).get("label", label)
        raise _translated(error, where, connecting) from error


def _translated(error: psycopg.Error, label: str, connecting: bool) -> StoreError:
    reason, state = _first_line(error), error.sqlstate
    is_lost = isinstance(error, psycopg.OperationalError) and (
        state is None or state.startswith(("08", "57P"))
    )
    match error:
        case errors.QueryCanceled():
            return StoreError("postgres-too-long", subject=label)
        case errors.InvalidSchemaName() | errors.UndefinedTable():
            return StoreError("postgres-gone", subject=label, reason=reason)
        case errors.DiskFull():
            return StoreError("postgres-full", subject=label, reason=reason)
        case errors.InsufficientPrivilege() | errors.ReadOnlySqlTransaction():
            return StoreError("postgres-denied", subject=label, reason=reason)
        case _ if connecting or is_lost:  # the connection failed, not a statement
            return StoreError("postgres-unreachable", subject=label, reason=reason)
    return StoreError("postgres-failed", subject=label, reason=reason)


def _first_line(error: BaseException) -> Words:
    """First line of a message; further lines may quote statements and their values."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return Words(" ".join(lines[0].split()) if lines else type(error).__name__)


class Connections:
    """A thread-safe pool of connections for reading, each prepared when opened.

    A job whose connection breaks is retried once on a new one, for which libpq picks the next host
    that answers. Raises StoreError.
    """

    def __init__(
        self,
        server: Server,
        prepare: Callable[[Connection], None] = lambda _: None,
        seconds: float | None = None,
    ) -> None:
        self.server = server
        self._prepare = prepare
        self._seconds = seconds
        self._idle: list[BoundedConnection] = []
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, job: Callable[[Connection], Result]) -> Result:
        """Run a read-only job."""
        for last in (False, True):
            connection = self._pop_idle()
            is_new = connection is None
            if connection is None:
                connection = self.server.connect(writing=False, seconds=self._seconds)
            try:
                with translate_errors(self.server.label):
                    if is_new:
                        self._prepare(connection)
                    result = job(connection)
            except BaseException as error:
                is_lost = isinstance(error, StoreError) and error.code == "postgres-unreachable"
                connection.close()
                if last or not is_lost:
                    raise
                self._drop_idle()  # likely broken too
            else:
                with self._lock:
                    if not self._closed:
                        self._idle.append(connection)
                        return result
                connection.close()
                return result
        raise AssertionError("the second time returns or raises")

    def close(self) -> None:
        """Close idle connections now, and those in use when they are returned."""
        self._closed = True
        self._drop_idle()

    def _pop_idle(self) -> BoundedConnection | None:
        while True:
            with self._lock:
                idle = self._idle.pop() if self._idle else None
            if idle is None or idle.host is None or not idle.host.rests:
                return idle
            idle.close()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            with suppress(psycopg.Error):
                connection.close()


def take_lease(connection: Connection) -> None:
    """Make this connection the only builder until it closes. Raises BuildLocked, naming the holder
    and since when if the server knows."""
    if _value(connection, "SELECT pg_try_advisory_lock(%s, 0)", _BUILD_LOCK):
        return
    holder = connection.execute(
        "SELECT a.application_name, a.backend_start FROM pg_locks l "
        "JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted "
        "AND l.classid = %s AND l.objid = 0 AND l.database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        [_BUILD_LOCK],
    ).fetchone()
    if holder is None:
        raise BuildLocked("build-locked", subject=connection.label)
    process, since = str(holder[0]), f"{holder[1].astimezone():%Y-%m-%d %H:%M:%S}"
    raise BuildLocked("build-locked-by", subject=connection.label, process=process, since=since)


def hold(connection: Connection, number: int) -> None:
    """Keep the generation of this number from being removed while the connection lives."""
    connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", [_GENERATION_LOCK, number])


@contextmanager
def when_unheld(connection: Connection, number: int) -> Iterator[bool]:
    """Yield True if nobody holds the generation; nobody can while this lasts."""
    lock = [_GENERATION_LOCK, number]
    free = bool(_value(connection, "SELECT pg_try_advisory_lock(%s, %s)", *lock))
    try:
        yield free
    finally:
        if free:
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", lock)


def _value(connection: Connection, query: Any, *values: object) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
