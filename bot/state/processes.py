"""The processes of one bot on one database: which are alive, and which one leads.

On PostgreSQL, each holds advisory locks on its own connection. They are released with it: at once
if the process ends, within half a minute if its machine is lost. A SQLite database serves one
process, which holds the lock of a file beside it.
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

_MEMBER = 0x53454C  # arbitrary class of the advisory locks of living processes
_LIVING_QUERY = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 "
    "AND classid = :member AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)

# Settings by which the server detects lost processes.
_SESSION = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "idle_session_timeout": 0,
}

_TIMEOUT_SECONDS = 5.0  # in which the server notices the end of a process
_RETRY_SECONDS = 0.1


def _select(connection: Connection, expression: str) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT {expression}").scalar())


def process_of(session: Session) -> int:
    """The number of the session's process."""
    number: int = session.info[PROCESS]
    return number


def living_processes(session: Session) -> frozenset[int]:
    """The numbers of living processes, including this one."""
    mine = frozenset({process_of(session)})
    if session.get_bind().dialect.name != "postgresql":
        return mine
    return mine | frozenset(session.scalars(_LIVING_QUERY, {"member": _MEMBER}))


def lock_key(*of: object) -> int:
    """A 64-bit key of an advisory lock."""
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
        self.thread = ThreadPoolExecutor(1, "process")  # for `stay` and `leads`: never busy

    def join(self, *, alone: bool) -> None:
        """Join the processes of the bot, or be the only one if it receives updates `alone`. Raises
        StateError if a running process excludes this one."""
        self._alone = alone
        if not self._state.is_shared:
            self._hold_file()
            return
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not self._try_join():
            if time.monotonic() > deadline:
                raise StateError("bot-runs-already", subject=self._state.label)
            time.sleep(_RETRY_SECONDS)

    def stay(self) -> None:
        """Join again if the connection was lost; updates taken over by others stay theirs. Raises
        StateError, also if another process now excludes this one."""
        with self._lock:
            connection = self._connection
        if connection is not None:
            try:
                connection.exec_driver_sql("SELECT 1")
                return
            except SQLAlchemyError:
                self._disconnect()
        if self._state.is_shared and not self._try_join():
            raise StateError("bot-runs-already", subject=self._state.label)

    def leads(self) -> bool:
        """True if this process does the work that only one may do; it leads until it ends."""
        with self._lock:
            if not self._leads and self._connection is not None:
                with suppress(SQLAlchemyError):  # `stay` handles it
                    key = lock_key("alone", self._bot_id)
                    self._leads = _select(self._connection, f"pg_try_advisory_lock({key})")
            return self._leads or not self._state.is_shared

    def close(self) -> None:
        self.thread.shutdown(wait=False)
        with self._lock, suppress(SQLAlchemyError):
            if self._connection is not None:
                # The server notices the end of a connection only a moment later.
                self._connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        self._disconnect()
        if self._file is not None:
            self._file.release()

    def _try_join(self) -> bool:
        lock = "pg_try_advisory_lock" if self._alone else "pg_try_advisory_lock_shared"
        key, member = lock_key("updates", self._bot_id), f"{_MEMBER}, {self._state.process}"
        try:
            connection = self._state.connection()
            with self._lock:
                self._connection = connection
                for name, value in _SESSION.items():
                    connection.exec_driver_sql(f"SET {name} = {value}")
                has_joined = _select(connection, f"{lock}({key})") and _select(
                    connection, f"pg_try_advisory_lock({member})"
                )
        except SQLAlchemyError as error:
            reason = why_failed(error)
            raise StateError("database-failed", subject=self._state.label, reason=reason) from error
        if not has_joined:
            self._disconnect()
        return has_joined

    def _disconnect(self) -> None:
        with self._lock:
            connection, self._connection, self._leads = self._connection, None, False
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.invalidate()  # not returned to the pool, with its locks
                connection.close()

    def _hold_file(self) -> None:
        path = self._state.file
        if path is None:
            return
        self._file = FileLock(Path(f"{path}.lock"))
        try:
            self._file.acquire(timeout=_TIMEOUT_SECONDS)
        except Timeout:
            raise StateError("bot-needs-server", subject=path) from None
        except OSError as error:
            raise StateError("database-folder", subject=path, reason=reason_of(error)) from error
