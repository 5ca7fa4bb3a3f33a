"""The processes of one bot on one database: which are alive, and what one of them does alone.

On PostgreSQL each holds advisory locks by a connection of its own. They end with it: at once where
the process has ended, within half a minute where its machine has vanished. A database of SQLite
serves one process, which holds the lock of a file beside it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.errors import StateError
from bot.state.database import PROCESS, State, why_failed
from index.errors import reason_of

_MEMBER = 0x53454C  # class of the advisory locks of living processes: an arbitrary number of ours
_LIVING = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 "
    "AND classid = :member AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)

# Settings by which the server detects vanished processes.
_SESSION = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "idle_session_timeout": 0,
}

_PATIENCE_SECONDS = 5.0  # time within which the server notices the end of a process
_AGAIN_SECONDS = 0.1


def process_of(session: Session) -> int:
    """The number of the process whose session it is."""
    number: int = session.info[PROCESS]
    return number


def living_processes(session: Session) -> frozenset[int]:
    """The numbers of living processes, including this one."""
    mine = frozenset({process_of(session)})
    if session.get_bind().dialect.name != "postgresql":
        return mine
    return mine | frozenset(session.scalars(_LIVING, {"member": _MEMBER}))


def lock_key(*of: object) -> int:
    """A number of 64 bits for an advisory lock on something of Selon's."""
    name = ":".join(map(str, ("selon", *of)))
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


class BotProcess:
    """This process among those of its bot; usable from several threads."""

    def __init__(self, state: State, bot_id: int) -> None:
        self._state = state
        self._bot_id = bot_id
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._alone = False
        self._leads = False
        self._file: FileLock | None = None
        self.thread = ThreadPoolExecutor(1, "process")
        """For `stay` and `leads`, which must not wait for searches."""

    def join(self, *, alone: bool) -> None:
        """Join the processes of the bot, or be its only one if it receives updates `alone`.

        Raises StateError if a running process excludes this one.
        """
        self._alone = alone
        if not self._state.is_shared:
            self._hold_file()
            return
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._joined():
            if time.monotonic() > deadline:
                raise StateError("bot-runs-already", shown=self._state.shown)
            time.sleep(_AGAIN_SECONDS)

    def stay(self) -> None:
        """Join again if the connection has ended; what others took over stays theirs.

        Raises StateError, also if another process now excludes this one.
        """
        with self._lock:
            connection = self._connection
        if connection is not None:
            try:
                connection.exec_driver_sql("SELECT 1")
                return
            except SQLAlchemyError:
                self._let_go()
        if self._state.is_shared and not self._joined():
            raise StateError("bot-runs-already", shown=self._state.shown)

    def leads(self) -> bool:
        """True if this process does the work that only one may do; it leads until it ends."""
        with self._lock:
            if not self._leads and self._connection is not None:
                with suppress(SQLAlchemyError):  # `stay` finds out
                    self._leads = self._try("SELECT pg_try_advisory_lock", self._key("alone"))
            return self._leads or not self._state.is_shared

    def close(self) -> None:
        self.thread.shutdown(wait=False)
        with self._lock, suppress(SQLAlchemyError):
            if self._connection is not None:
                # The server sees that a connection has ended a moment later than it does.
                self._connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        self._let_go()
        if self._file is not None:
            self._file.release()

    def _joined(self) -> bool:
        receive = "pg_try_advisory_lock" if self._alone else "pg_try_advisory_lock_shared"
        try:
            connection = self._state.connection()
        except SQLAlchemyError as error:
            raise self._failed(error) from error
        with self._lock:
            self._connection = connection
            try:
                for name, value in _SESSION.items():
                    connection.exec_driver_sql(f"SET {name} = {value}")
                member = f"SELECT pg_try_advisory_lock({_MEMBER}, {self._state.process})"
                joined = self._try(f"SELECT {receive}", self._key("updates"))
                joined = joined and bool(connection.exec_driver_sql(member).scalar())
            except SQLAlchemyError as error:
                raise self._failed(error) from error
        if not joined:
            self._let_go()
        return joined

    def _try(self, lock: str, key: int) -> bool:
        assert self._connection is not None
        return bool(self._connection.exec_driver_sql(f"{lock}({key})").scalar())

    def _key(self, what: str) -> int:
        return lock_key(what, self._bot_id)

    def _failed(self, error: SQLAlchemyError) -> StateError:
        return StateError("database-failed", shown=self._state.shown, reason=why_failed(error))

    def _let_go(self) -> None:
        with self._lock:
            connection, self._connection, self._leads = self._connection, None, False
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()  # closed, not kept for others: its locks end with it
                connection.close()

    def _hold_file(self) -> None:
        path = self._state.file
        if path is None:
            return
        self._file = FileLock(Path(f"{path}.lock"))
        try:
            self._file.acquire(timeout=_PATIENCE_SECONDS)
        except Timeout:
            raise StateError("bot-needs-server", shown=path) from None
        except OSError as error:
            raise StateError("database-folder", shown=path, reason=reason_of(error)) from error
