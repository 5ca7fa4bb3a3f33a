"""A server of the files of deploy/postgres on this machine, with pgBackRest beside it."""

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
    """A server in a folder of the workplace, whose log pgBackRest archives."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, user: str = "selon", database: str = "selon") -> str:
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def environment(self) -> dict[str, str]:
        return {
            "PATH": f"{programs()}:{os.environ['PATH']}",
            "LC_ALL": "C",
            "PGDATA": str(self.data),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "PGPASSWORD": PASSWORD,
            "DATABASE_PASSWORD": PASSWORD,
            "MONITOR_PASSWORD": PASSWORD,
            "PGBACKREST_CONFIG": str(self.folder / "pgbackrest.conf"),
            "BACKUP_DIR": str(self.folder / "backups"),
        }

    def script(self, name: str, *arguments: str) -> list[str]:
        return ["/bin/bash", str(self.folder / "scripts" / name), *arguments]

    def run(
        self, *command: str, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with the server's environment, as the servers' account."""
        return run_program(*command, **self._terms(more))

    def start(self) -> None:
        """Make the server, serve, and give it what Selon needs."""
        config = (self.folder / "scripts" / "pgbackrest.conf").read_text(encoding="utf-8")
        for there, here in (
            ("/backups/pgbackrest", self.folder / "repository"),
            ("/var/lib/postgresql/data", f"{self.data}\npg1-port={self.port}"),
            ("log-level-file=off", f"log-level-file=off\nlock-path={self.folder}/lock"),
        ):
            assert there in config
            config = config.replace(there, str(here))
        config += f"pg1-socket-path={self.folder}\n"
        (self.folder / "pgbackrest.conf").write_text(config, encoding="utf-8")
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="ascii")
        for file in (secret, self.folder / "pgbackrest.conf"):
            file.chmod(0o644)
        self._must(
            *("initdb", "-U", "postgres", "--auth-host=scram-sha-256", "--auth-local=trust"),
            *(f"--pwfile={secret}", "-E", "UTF8", "--locale", "C", "--no-sync"),
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "archive_mode": "on",
            "archive_command": "pgbackrest --stanza=selon archive-push %p",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["postgres", "-p", str(self.port), *options],
                **self._terms(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(lambda: self.ask("SELECT 1", "postgres", "postgres") == 1)
        self._must("psql", "--quiet", "--file", str(self.folder / "scripts" / "selon.sql"))

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(SECONDS)

    def ask(self, query: str, user: str = "selon", database: str = "selon") -> Any:
        """The first column of the first row; None where there is none."""
        with psycopg.connect(self.url(user, database), autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _must(self, *command: str) -> None:
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr

    def _terms(self, more: Mapping[str, str] | None = None) -> dict[str, Any]:
        owner = account() if os.geteuid() == 0 else {}
        environment = {**self.environment(), **(more or {})}
        return {"env": environment, "cwd": "/", "text": True, "start_new_session": True, **owner}


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
