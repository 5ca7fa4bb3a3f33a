"""A throw-away cluster: made by initdb in a temporary folder, served on a free port, removed."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

REQUIRED = "POSTGRES_REQUIRED"
"""When set in the environment, a server that cannot be started is a failure."""

ACCOUNT = "postgres"
"""Who runs the server where the tests run as root, whom it refuses."""

_DEBIAN = Path("/usr/lib/postgresql")
_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "16MB",
}

_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Nothing in it needs to outlive a power cut, so that nothing waits for the disk."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running cluster; each test gets a database of its own in it."""

    port: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://selon:selon@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, which goes with the block."""
        name = f"selon_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def _say(self, sql: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(sql))
        finally:
            engine.dispose()


def started() -> Iterator[Server]:
    """For a fixture: the server, or the test is skipped saying why."""
    reason = absent()
    if reason is not None:
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    with running() as server:
        yield server


def absent() -> str | None:
    """Why no server can be run here, if none can."""
    if _programs() is None:
        return "PostgreSQL is not installed here (apt-get install postgresql)"
    if os.geteuid() == 0 and not _account():
        return f"PostgreSQL does not run as root, and there is no account {ACCOUNT!r} here"
    return None


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server that ends with the block; a `durable` one waits for the disk."""
    programs = _programs()
    assert programs is not None
    # The account that runs the server must be able to reach it, whatever TMPDIR is.
    with tempfile.TemporaryDirectory(prefix="selon-postgres-", dir="/tmp") as folder:
        data, owner = Path(folder) / "data", _account() if os.geteuid() == 0 else {}
        if owner:
            shutil.chown(folder, ACCOUNT)
        secret = Path(folder) / "password"
        secret.write_text("selon", encoding="ascii")
        secret.chmod(0o644)
        initdb = [programs / "initdb", "-D", data, "-U", "selon", "-A", "scram-sha-256"]
        initdb += ["--pwfile", secret, "-E", "UTF8", "--locale", "C", "--no-sync"]
        _run(initdb, folder, owner)
        port = _free_port()
        settings = _SETTINGS if durable else _SETTINGS | _FORGETFUL
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in settings.items())
        control = [programs / "pg_ctl", "-D", data, "-w", "-t", str(_SECONDS)]
        log = Path(folder) / "log"
        _run([*control, "-l", log, "-o", f"-p {port} {options}", "start"], folder, owner)
        try:
            yield Server(port)
        finally:
            _run([*control, "-m", "immediate", "stop"], folder, owner)


def _run(command: list[str | Path], folder: str, owner: Mapping[str, Any]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if "start" not in command else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        timeout=2 * _SECONDS,
        text=True,
        check=False,
        **owner,
    )
    log = Path(folder) / "log"
    told = log.read_text(encoding="utf-8") if log.exists() else ""
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout or ''}{told}"


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian keeps each version's own."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [each for each in _DEBIAN.glob("*/bin") if (each / "initdb").exists()]
    return max(versions, key=lambda each: float(each.parent.name), default=None)


def _account() -> dict[str, Any]:
    """As `subprocess` takes it; nothing where there is no such account."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return {}
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
