"""Servers that the scripts of deploy/postgres make and start, as in containers, on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.postgres.server import account, free_port, programs
from tests.programs import run_program

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PASSWORD = "c0ffee"
SECONDS = 60
_SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60")


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder that the account of the servers may use, with the scripts in it."""
    with tempfile.TemporaryDirectory(prefix="selon-postgres-", dir="/tmp") as name:
        folder = Path(name)
        shutil.copytree(DEPLOY / "postgres", folder / "scripts")
        shutil.copy(DEPLOY / "backup.sh", folder / "scripts")
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        yield folder


def put_selon(folder: Path) -> Path:
    """The program `selon` of this checkout, in a folder for the path."""
    folder.mkdir(exist_ok=True)
    program = folder / "selon"
    code = "from bot.main import main; main()"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n", encoding="utf-8")
    program.chmod(0o755)
    return program


@dataclass
class DeployedServer:
    """A server in a folder of the workplace; `other` is the one it follows, or that follows it."""

    name: str
    folder: Path
    port: int = field(default_factory=free_port)
    other: DeployedServer | None = None
    process: subprocess.Popen[str] | None = None

    @property
    def data(self) -> Path:
        return self.folder / self.name

    def url(self, user: str = "selon", database: str = "selon") -> str:
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def environment(self) -> dict[str, str]:
        other = self.other.port if self.other else self.port
        return {
            "PATH": f"{programs()}:{os.environ['PATH']}",
            "LC_ALL": "C",
            "PGDATA": str(self.data),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGPASSWORD": PASSWORD,
            "DATABASE_PASSWORD": PASSWORD,
            "MONITOR_PASSWORD": PASSWORD,
            "REPLICATION_PASSWORD": PASSWORD,
            "PRIMARY_HOST": "127.0.0.1",
            "PRIMARY_PORT": str(other),
            "PEERS": f"127.0.0.1:{other}",
        }

    def make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="ascii")
        secret.chmod(0o644)
        made = self.run(
            *("initdb", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}"),
            *("-E", "UTF8", "--locale", "C", "--no-sync"),
        )
        assert made.returncode == 0, made.stderr

    def script(self, name: str, *arguments: str) -> list[str]:
        return ["/bin/bash", str(self.folder / "scripts" / name), *arguments]

    def run(
        self, *command: str, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with the server's environment, as the servers' account."""
        return run_program(*command, **self._terms(more))

    def spawn(self, *command: str, more: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a command that goes on; what it says goes to the server's log."""
        with (self.folder / f"{self.name}.log").open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                command, **self._terms(more), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def start(self, *prefix: str) -> None:
        """Serve, behind the scripts of `prefix`; they need not have reached it yet."""
        settings = [part for each in _SETTINGS for part in ("-c", each)]
        self.process = self.spawn(*prefix, "postgres", "-p", str(self.port), *settings)

    def become_primary(self, *prefix: str) -> None:
        """Make it, serve, and give it what Selon needs."""
        self.make()
        self.start(*prefix)
        until(lambda: self.ask("SELECT 1", "postgres", "postgres") == 1)
        made = self.run(*self.script("primary.sh"))
        assert made.returncode == 0, made.stderr
        self.ask("SELECT pg_reload_conf()", "postgres", "postgres")

    def stop(self, number: int = signal.SIGINT) -> None:
        """As Ctrl-C does, or another signal."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(SECONDS)

    def ask(self, query: str, user: str = "selon", database: str = "selon") -> Any:
        """The first column of the first row; None where there is none."""
        with psycopg.connect(self.url(user, database), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _terms(self, more: Mapping[str, str] | None = None) -> dict[str, Any]:
        owner = account() if os.geteuid() == 0 else {}
        environment = {**self.environment(), **(more or {})}
        return {"env": environment, "cwd": "/", "text": True, "start_new_session": True, **owner}


@contextmanager
def deployed_pair(folder: Path) -> Iterator[tuple[DeployedServer, DeployedServer]]:
    """A primary and a standby that follows it, each behind its guard."""
    primary = DeployedServer("primary", folder)
    standby = DeployedServer("standby", folder, other=primary)
    primary.other = standby
    try:
        primary.become_primary(*primary.script("guard.sh"))
        standby.start(*standby.script("standby.sh"), *standby.script("guard.sh"))
        until(lambda: standby.ask("SELECT pg_is_in_recovery()") is True)
        yield primary, standby
    finally:
        standby.stop(signal.SIGQUIT)
        primary.stop(signal.SIGQUIT)


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            if holds():
                return
            reason = "it does not hold"
        except psycopg.Error as error:
            reason = str(error)
        assert time.monotonic() < end, reason
        time.sleep(0.05)
