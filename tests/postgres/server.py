"""A throw-away cluster: made by initdb in a temporary folder, served on a free port, removed."""

from __future__ import annotations

import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

REQUIRED = "POSTGRES_REQUIRED"
"""When set in the environment, a server that cannot be started is a failure."""

ACCOUNT = "postgres"
"""Who runs the server where the tests run as root, whom it refuses."""

_DEBIAN = Path("/usr/lib/postgresql")
_DEBIAN_SHARE = Path("/usr/share/postgresql")
_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "16MB",
}

_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
"""Nothing in it needs to outlive a power cut, so that nothing waits for the disk."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running cluster; each test gets a database of its own in it."""

    port: int
    data: Path = Path()
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _control: Callable[[str], None] = lambda _: None

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://selon:selon@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a database like another, an empty one by default; it goes with the block."""
        name = f"selon_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def tablespace(self, folder: Path) -> Iterator[str]:
        """The URL of an empty database whose tables lie in a folder of its own."""
        name = f"selon_{next(self._numbers)}"
        self._say(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
        self._say(f"CREATE DATABASE {name} TABLESPACE {name}")
        try:
            yield self.url(name)
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")
            self._say(f"DROP TABLESPACE {name}")

    def kill(self) -> None:
        """End it as `kill -9` does; it does not come back."""
        self._control("kill")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Killed, as by a crash, until the block ends."""
        self._control("stop")
        try:
            yield
        finally:
            self._control("start")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stopped, as by SIGSTOP, until the block ends: its kernel still answers, it does not."""
        self._control("freeze")
        try:
            yield
        finally:
            self._control("thaw")

    def _say(self, sql: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(sql))
        finally:
            engine.dispose()


def started() -> Iterator[Server]:
    """For a fixture: the server, or the test is skipped saying why."""
    skip_for(absent())
    with running() as server:
        yield server


def started_with_vectors(request: pytest.FixtureRequest) -> Server:
    """For a fixture: the server, or the test is skipped saying why it has no pgvector."""
    server: Server = request.getfixturevalue("postgres_server")
    skip_for(without_vectors())
    return server


def skip_for(reason: str | None, required: str = REQUIRED) -> None:
    """Skip the test for this reason, if there is one; fail where it is `required`."""
    if reason is not None and os.environ.get(required):
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def without_vectors() -> str | None:
    found = programs()
    if found is not None and _has_vector(found):
        return None
    return "pgvector is not installed here (apt-get install postgresql-17-pgvector)"


def absent() -> str | None:
    if programs() is None:
        return "PostgreSQL is not installed here (apt-get install postgresql)"
    if os.geteuid() == 0 and not account():
        return f"PostgreSQL does not run as root, and there is no account {ACCOUNT!r} here"
    return None


@cache
def _new_cluster() -> tempfile.TemporaryDirectory[str]:
    """A cluster that no server has run on: copying one takes a tenth of what making one does."""
    binaries, owner = programs(), account() if os.geteuid() == 0 else {}
    assert binaries is not None
    made = tempfile.TemporaryDirectory(prefix="selon-postgres-", dir="/tmp")
    if owner:
        shutil.chown(made.name, ACCOUNT)
    secret = Path(made.name) / "password"
    secret.write_text("selon", encoding="ascii")
    secret.chmod(0o644)
    make = [binaries / "initdb", "-D", Path(made.name) / "data", "-U", "selon"]
    make += ["-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "--locale", "C", "--no-sync"]
    _run(make, made.name, owner)
    return made


@contextmanager
def running(
    *,
    durable: bool = False,
    settings: Mapping[str, str] | None = None,
    standby_of: Server | None = None,
) -> Iterator[Server]:
    """A server that ends with the block; a `durable` one waits for the disk, a standby follows
    another."""
    binaries = programs()
    assert binaries is not None
    # The account that runs the server must be able to reach it, whatever TMPDIR is.
    with tempfile.TemporaryDirectory(prefix="selon-postgres-", dir="/tmp") as folder:
        data, owner = Path(folder) / "data", account() if os.geteuid() == 0 else {}
        if owner:
            shutil.chown(folder, ACCOUNT)
        if standby_of is None:
            make: list[str | Path] = ["cp", "-a", Path(_new_cluster().name) / "data", data]
        else:
            primary = standby_of.url("postgres").replace("+psycopg", "")
            make = [binaries / "pg_basebackup", "-D", data, "-d", primary, "-R", "-c", "fast"]
            make += ["--no-sync"]
        _run(make, folder, owner if standby_of else {})
        port = free_port()
        chosen = {**_SETTINGS, **({} if durable else _FORGETFUL), **(settings or {})}
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in chosen.items())
        control = [binaries / "pg_ctl", "-D", data, "-w", "-t", str(_SECONDS)]
        log = Path(folder) / "log"

        def run(name: str) -> None:
            if name == "start":
                asked = [*control, "-l", log, "-o", f"-p {port} {options}", "start"]
                _run(asked, folder, owner)
            elif name == "kill":
                pid = int((data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
                (data / "postmaster.pid").unlink()  # before anybody can see it gone
                os.kill(pid, signal.SIGKILL)
            elif name in ("freeze", "thaw"):
                pid = int((data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
                sign = signal.SIGSTOP if name == "freeze" else signal.SIGCONT
                os.kill(pid, sign)  # first: it starts no more of them
                for part in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
                    with suppress(ProcessLookupError):
                        os.kill(int(part), sign)
            elif (data / "postmaster.pid").exists():
                _run([*control, "-m", "immediate", "stop"], folder, owner)

        run("start")
        try:
            yield Server(port, data, _control=run)
        finally:
            run("stop")


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


def programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian keeps each version's own; of a
    server that has pgvector, where one has."""
    versions = [path for path in _DEBIAN.glob("*/bin") if (path / "initdb").exists()]
    known = sorted(versions, key=lambda each: float(each.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        known.insert(0, Path(found).resolve().parent)
    return next(filter(_has_vector, known), known[0] if known else None)


def _has_vector(programs: Path) -> bool:
    own, debian = programs.parent / "share", _DEBIAN_SHARE / programs.parent.name
    return any((folder / "extension" / "vector.control").exists() for folder in (own, debian))


def account() -> dict[str, Any]:
    """As `subprocess` takes it; nothing where there is no such account."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return {}
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def free_port() -> int:
    """A port that is free, and that the system gives to nobody who asks for any."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
