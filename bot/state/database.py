"""The state database: open it, migrate its tables, run transactions."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.errors import SettingsError, StateError
from index.errors import Problem, Words, reason_of
from index.store.url import find_url_fault, redact_url

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")

FILE = "state.sqlite"
_PRIVATE = 0o700  # access rights
_MIGRATIONS = Path(__file__).parent / "migrations"
_INITIAL = "0013"  # the migration of the first release, which replaces the twelve before it
_UNSYNCED, _READING = "selon_unsynced", "selon_reading"
# In the `info` of every session: the number of this process (`bot.state.processes`).
PROCESS = "process"
# libpq's parameters that detect a lost server, in seconds (`tcp_user_timeout`: ms).
_KEEPALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 11_000,
    "connect_timeout": 10,
}
_BUSY_SECONDS = 15
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# A one-row table that names the first bot of a PostgreSQL database.
_OWNER = "selon_owner"
_CLOSING_SECONDS = 1.0
_CONNECTIONS = 20  # size of the pool: a new connection costs as much as several transactions
# Seconds before each retry of a job after a collision. Under load, about half of the retries
# collide again, whatever the wait.
_WAITS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.5, 1.0, 1.0, 2.0, 2.0)
_MIGRATION_LOCK = 0x53454C4F4E  # arbitrary key of PostgreSQL's advisory lock on migrations
_ALEMBIC = threading.Lock()  # Alembic keeps the connection in a global variable
# PostgreSQL's codes: serialization failure, deadlock, unique violation.
_COLLISIONS = {"40001", "40P01", "23505"}


def state_url(url: SecretStr | None, data_dir: Path) -> str:
    """The database of the settings: their URL, or a SQLite file of the data directory, which only
    this account may read.

    Raises SettingsError for an SQLite file in a folder that does not exist: the address is mistyped
    or a disk is not mounted.
    """
    if not url:
        _make_private(data_dir)
        return f"sqlite:///{(data_dir / FILE).absolute()}"
    setting = url.get_secret_value()
    scheme, _, path = setting.partition(":///")
    folder = Path(path.partition("?")[0]).parent
    if scheme.startswith("sqlite") and not folder.is_dir():
        raise SettingsError("database-folder-missing", subject=folder)
    return setting


def open_state(url: str, bot_id: int | None = None) -> State:
    """Open the database at a SQLAlchemy URL, creating or migrating its tables.

    Several bots may share a PostgreSQL database: each has its own tables there.

    Raises SettingsError for an unusable URL, StateError if the database cannot be reached, is
    damaged, or was written by a newer Selon or before 0.2.
    """
    engine = _create_engine(url)
    try:
        _check_file(engine)
        _protect_file(engine)
        if bot_id is not None and engine.dialect.name == "postgresql":
            with _migration(engine) as connection:
                schema = _bot_schema(connection, bot_id)
            if schema is not None:
                engine.dispose()
                engine = _create_engine(url, schema)
        with _migration(engine) as connection:
            revision = MigrationContext.configure(connection).get_current_revision() or ""
            if re.fullmatch(r"\d{4}", revision) and revision < _INITIAL:
                raise StateError("database-older", subject=_label(engine), revision=revision)
            migrate(connection)
    except StateError:
        engine.dispose()
        raise
    except CommandError as error:
        engine.dispose()
        raise StateError(
            "database-newer", subject=_label(engine), reason=reason_of(error)
        ) from error
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        reason = why_failed(error)
        raise StateError("database-not-opened", subject=_label(engine), reason=reason) from error
    return State(engine)


class FairLock:
    """A fair lock with priorities; waiters for SQLite's own lock poll at growing intervals."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._is_held = False
        self._waiters = {True: 0, False: 0}  # by urgency

    @property
    def waiting(self) -> int:
        with self._condition:
            return sum(self._waiters.values())

    @contextmanager
    def hold(self, *, urgent: bool = False) -> Iterator[None]:
        """Hold the lock while the block lasts."""
        with self._condition:
            self._waiters[urgent] += 1
            self._condition.wait_for(
                lambda: not self._is_held and (urgent or not self._waiters[True])
            )
            self._waiters[urgent] -= 1
            self._is_held = True
        try:
            yield
        finally:
            with self._condition:
                self._is_held = False
                self._condition.notify_all()


class State:
    """Transactions on the state database; thread-safe.

    The nouns of this package (`people`, `conversations`, …) are modules of functions that take a
    session first, so that several of them can share one transaction.
    """

    def __init__(self, engine: Engine) -> None:
        self.process = random.randrange(1, 2**31)  # identifies this process to others
        self._engine = engine
        self._quick = engine.execution_options(**{_UNSYNCED: True})
        # PostgreSQL then waits for a snapshot that forces no other transaction to be retried.
        unobtrusive = {"postgresql_readonly": True, "postgresql_deferrable": True}
        self._reading = engine.execution_options(**{_READING: True}, **unobtrusive)
        isolation = {"isolation_level": "READ COMMITTED"} if self.is_shared else {}
        self._relaxed = engine.execution_options(**isolation)
        self._lock = FairLock() if engine.dialect.name == "sqlite" else None
        self._jobs = 0
        self._closed = False
        self._idle = threading.Condition()

    @property
    def label(self) -> str:
        """The URL, without the password."""
        return _label(self._engine)

    @property
    def is_shared(self) -> bool:
        """True if several processes may use the database."""
        return self._engine.dialect.name == "postgresql"

    @property
    def file(self) -> Path | None:
        """The path of an SQLite file; None for other databases."""
        return _sqlite_file(self._engine.url)

    def connection(self) -> Connection:
        """A connection without transactions, to hold advisory locks; the caller closes it. Raises
        SQLAlchemyError."""
        return self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()

    @contextmanager
    def session(
        self, *, quick: bool = False, reading: bool = False, relaxed: bool = False
    ) -> Iterator[Session]:
        """One transaction, committed when the block ends, rolled back if it raises.

        `quick` goes before waiting transactions and does not wait for the disk: a power cut may
        undo it and later ones; a crash of the process does not. `reading` sees one snapshot and
        blocks nobody. `relaxed` is for jobs that lock the rows they need, and is never retried.
        Raises StateError.
        """
        engine = self._quick if quick else self._reading if reading else self._engine
        engine = self._relaxed if relaxed else engine
        lock = self._lock.hold(urgent=quick) if self._lock and not reading else nullcontext()
        with self._idle:
            if self._closed:
                raise StateError("database-closed", subject=self.label)
            self._jobs += 1
        try:
            new_session = Session(engine, expire_on_commit=False, info={PROCESS: self.process})
            with lock, new_session as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            reason = why_failed(error)
            raise StateError("database-failed", subject=self.label, reason=reason) from error
        finally:
            with self._idle:
                self._jobs -= 1
                self._idle.notify_all()

    def do(
        self, job: Callable[[Session], Result], *, quick: bool = False, relaxed: bool = False
    ) -> Result:
        """Run a job in a serializable transaction, retried after collisions. Raises StateError."""
        for wait in _WAITS:
            try:
                with self.session(quick=quick, relaxed=relaxed) as session:
                    return job(session)
            except StateError as error:
                cause = getattr(error.__cause__, "orig", None)
                if getattr(cause, "sqlstate", None) not in _COLLISIONS:
                    raise
            time.sleep(wait * random.uniform(0.5, 1.5))  # jitter
        with self.session(quick=quick, relaxed=relaxed) as session:
            return job(session)

    async def run(
        self,
        job: Callable[Concatenate[Session, Arguments], Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run `do` off the event loop; the job is called with a session and these arguments."""
        return await asyncio.to_thread(self.do, lambda session: job(session, *args, **kwargs))

    async def erase(
        self,
        job: Callable[Concatenate[Session, Arguments], Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Like `run`, for a job that erases people's words: they leave the files of SQLite."""
        result = await self.run(job, *args, **kwargs)
        if self._lock is not None:
            await asyncio.to_thread(self._empty_log)
        return result

    def _empty_log(self) -> None:
        """Move SQLite's write-ahead log, which has copies of erased rows, into the database."""
        assert self._lock is not None
        try:
            with self._lock.hold(), closing(self._engine.raw_connection()) as connection:
                cursor = connection.cursor()
                [is_busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                cursor.close()
            reason = "another process reads it" if is_busy else ""
        except (sqlite3.Error, SQLAlchemyError) as error:
            reason = str(why_failed(error))
        if reason:
            logger.warning("Erased rows stay in the database's log for now: %s", reason)

    def close(self) -> None:
        """Refuse new jobs, wait for the running ones, and close all connections. The job of a
        cancelled task continues on its thread, whose connection would stay open."""
        with self._idle:
            self._closed = True
            if not self._idle.wait_for(lambda: self._jobs == 0, _CLOSING_SECONDS):
                logger.warning("The database is closed during a transaction")
        self._engine.dispose()


class StateOnDemand:
    """A database that is opened on first use; thread-safe."""

    def __init__(self, url: str, bot_id: int | None = None) -> None:
        self._url = url
        self._bot_id = bot_id
        self._lock = threading.Lock()
        self._state: State | None = None

    def __call__(self) -> State:
        """Open the database if necessary. Raises as `open_state`."""
        with self._lock:
            if self._state is None:
                self._state = open_state(self._url, self._bot_id)
            return self._state

    def close(self) -> None:
        with self._lock:
            if self._state is not None:
                self._state.close()
                self._state = None


def why_failed(error: Exception) -> Words:
    """The cause of a database error on one line, without people's data."""
    cause = getattr(error, "orig", None) or error
    return Words(" ".join(str(cause).split("\n")[0].split()))


def _create_engine(url: str, schema: str | None = None) -> Engine:
    try:
        address = _parse_url(re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url))
        options: dict[str, Any] = {}
        if address.get_backend_name() != "sqlite":
            # SQLite itself lets only one transaction at a time write.
            options = {"isolation_level": "SERIALIZABLE", "pool_size": _CONNECTIONS}
        elif path := _sqlite_file(address):
            path.parent.mkdir(_PRIVATE, parents=True, exist_ok=True)
        if address.get_driver_name().startswith("psycopg"):
            options["connect_args"] = _libpq_arguments(address, schema)
        # Parameters, which people wrote, stay out of error messages.
        engine = create_engine(address, pool_pre_ping=True, hide_parameters=True, **options)
    except ImportError as error:
        raise SettingsError("database-no-driver", reason=reason_of(error)) from error
    except ArgumentError as error:
        raise SettingsError("database-malformed", reason=reason_of(error)) from error
    except OSError as error:
        folder, reason = str(error.filename), reason_of(error)
        raise StateError("database-folder", subject=folder, reason=reason) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _parse_url(url: str) -> URL:
    """Raises SettingsError, ArgumentError."""
    try:
        address = make_url(url)
        port = "" if address.port is None else str(address.port)
    except ValueError as error:
        if isinstance(error, ArgumentError):
            raise
        # Without the cause, which repeats the port: it may be part of a password.
        raise SettingsError("database-malformed", reason=Problem("address-port")) from None
    fault = None if address.get_backend_name() == "sqlite" else find_url_fault(url, port)
    if fault is not None:
        raise SettingsError("database-malformed", reason=fault)
    return address


def _protect_file(engine: Engine) -> None:
    """Let only this account read an SQLite file, which SQLite would make for all."""
    path = _sqlite_file(engine.url)
    if path is None:
        return
    with suppress(OSError):  # it is there, or SQLite says why not
        path.touch(0o600, exist_ok=False)
    for suffix in ("", "-wal", "-shm"):
        _make_private(path.with_name(f"{path.name}{suffix}"))


def _make_private(path: Path) -> None:
    """Take other accounts' rights to a file or folder away, if there is one of ours."""
    with suppress(OSError):
        mode = path.stat().st_mode
        if mode & ~_PRIVATE & 0o777:
            path.chmod(mode & _PRIVATE)


def _sqlite_file(address: URL) -> Path | None:
    name = address.database if address.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _check_file(engine: Engine) -> None:
    """Refuse a damaged or read-only SQLite file before writing to it. Raises StateError. Other
    faults are reported when the file is opened."""
    path = _sqlite_file(engine.url)
    if path is None:
        return
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        problem = Words("attempt to write a readonly database")
        raise StateError("database-not-opened", subject=path, reason=problem)
    if not path.is_file():
        return
    try:
        # Read-only: closing a writable connection would checkpoint the write-ahead log.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            [verdict] = file.execute("PRAGMA quick_check(1)").fetchone()
            [page] = file.execute("PRAGMA page_size").fetchone()
            # SQLite reads the missing end of the last page as zeros.
            if verdict == "ok" and path.stat().st_size % page == 0:
                return
            reason = "database disk image is malformed"
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _DAMAGED:
            return
        reason = str(error)
    raise StateError("database-damaged", subject=path, reason=Words(reason))


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions late and end them without SQLAlchemy's knowledge.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # overwrite deleted rows in the file
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # IMMEDIATE, as a transaction that reads first cannot wait for the write lock later.
    options = connection.get_execution_options()
    level = "NORMAL" if options.get(_UNSYNCED) else "FULL"
    connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
    connection.exec_driver_sql("BEGIN" if options.get(_READING) else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Any) -> None:
    if connection.get_execution_options().get(_UNSYNCED):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def migrate(connection: Connection) -> None:
    """Create or migrate the tables, in the current transaction. Raises CommandError for an unknown
    revision, SQLAlchemyError."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ALEMBIC:
        command.upgrade(config, "head")


@contextmanager
def _migration(engine: Engine) -> Iterator[Connection]:
    """A transaction for creating tables; other processes wait."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # After waiting for the lock, the tables of the other process must be visible.
            connection = connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            yield connection


def _bot_schema(connection: Connection, bot_id: int) -> str | None:
    """Create a bot's schema if necessary; None for the first bot of a database, which uses the
    account's default schema. Must not be called concurrently. Raises SQLAlchemyError."""
    connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_OWNER} (bot_id bigint NOT NULL)")
    owner = connection.exec_driver_sql(f"SELECT bot_id FROM {_OWNER}").scalar()
    if owner is None:
        if inspect(connection).has_table("updates"):  # the bot of the newest update
            newest = "SELECT bot_id FROM updates ORDER BY arrived_at DESC LIMIT 1"
            owner = connection.exec_driver_sql(newest).scalar()
        owner = owner or bot_id
        connection.exec_driver_sql(f"INSERT INTO {_OWNER} VALUES ({owner:d})")
    if owner == bot_id:
        return None
    schema = f"bot_{bot_id:d}"
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return schema


def _libpq_arguments(url: URL, schema: str | None) -> dict[str, Any]:
    """Connection parameters; those in the URL take precedence."""
    arguments: dict[str, Any] = {k: v for k, v in _KEEPALIVE.items() if k not in url.query}
    if schema is not None:
        options = url.query.get("options", "")
        options = options if isinstance(options, str) else " ".join(options)
        arguments["options"] = f"{options} -c search_path={schema}".strip()
    return arguments


def _label(engine: Engine) -> str:
    return redact_url(engine.url.render_as_string(hide_password=True))
