"""The drill of docs/scaling.md: the primary dies while people ask, and a standby takes over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from index.ingestion.builder import build
from index.models.base import Embedder
from index.store.factory import open_store
from tests.postgres.deployed import SECONDS, until
from tests.postgres.server import Server, account, free_port, programs, skip_for
from tests.programs import run_program

PASSWORD = "c0ffee"
QUICK = {  # in milliseconds; the defaults wait half a minute before they give a server up
    "pgautofailover.health_check_period": 500,
    "pgautofailover.health_check_timeout": 1000,
    "pgautofailover.health_check_retry_delay": 200,
    "pgautofailover.node_considered_unhealthy_timeout": 2000,
    "pgautofailover.primary_demote_timeout": 2000,
    "pgautofailover.startup_grace_period": 1000,
}


class Cluster:
    """A monitor and its servers, in a folder; each is the process `pg_autoctl run`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("monitor", "a", "b")}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        binaries = programs()
        assert binaries is not None
        # pg_autoctl refuses a path on which it finds the programs of several versions.
        self._environment = {
            "PATH": f"{binaries}:/usr/bin:/bin",
            "PG_CONFIG": str(binaries / "pg_config"),
            "PGPASSWORD": PASSWORD,
            "HOME": str(folder),
            "LC_ALL": "C",
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "share"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
        }

    def start_monitor(self) -> None:
        self._create("monitor", "monitor")
        self.run("monitor")
        password = f"ALTER USER autoctl_node PASSWORD '{PASSWORD}'"
        until(lambda: self.ask("monitor", password, "pg_auto_failover"))
        for name, milliseconds in QUICK.items():
            self.ask("monitor", f"ALTER SYSTEM SET {name} = {milliseconds}", "postgres")
        self.ask("monitor", "SELECT pg_reload_conf()", "postgres")

    def start_server(self, name: str) -> None:
        """The first one makes the database, the next one follows it."""
        monitor = f"autoctl_node:{PASSWORD}@127.0.0.1:{self.ports['monitor']}/pg_auto_failover"
        self._create(
            *("postgres", name, "--name", name, "--username", "selon", "--dbname", "selon"),
            *("--monitor", f"postgres://{monitor}?sslmode=require"),
        )
        self._do("config", "set", "--pgdata", name, "replication.password", PASSWORD)
        self.run(name)
        replicator = f"ALTER USER pgautofailover_replicator PASSWORD '{PASSWORD}'"
        if name == "a":
            until(lambda: self.ask(name, replicator, "postgres"))
            self.ask(name, "CREATE EXTENSION vector", "selon")
            self.ask(name, f"ALTER USER selon PASSWORD '{PASSWORD}'", "postgres")

    def run(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                ["pg_autoctl", "run", "--pgdata", name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._terms(),
            )

    def kill(self, name: str) -> None:
        """The whole machine at once, as a power cut does."""
        postmaster = int((self.folder / name / "postmaster.pid").read_text("ascii").split()[0])
        os.killpg(self._running[name].pid, signal.SIGKILL)
        for process in (postmaster, *_children(postmaster)):
            os.kill(process, signal.SIGKILL)
        self._running.pop(name).wait(SECONDS)

    def states(self) -> dict[str, str]:
        query = (
            "SELECT json_object_agg(nodename, reportedstate) FROM pgautofailover.node "
            "WHERE reportedstate = goalstate"
        )
        states: dict[str, str] = self.ask("monitor", query, "pg_auto_failover")[0] or {}
        return states

    def ask(self, name: str, query: str, database: str) -> tuple[object, ...]:
        """The first row of what a server answers its own superuser."""
        address = f"postgresql://postgres@127.0.0.1:{self.ports[name]}/{database}"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return (cursor.fetchone() if cursor.description else None) or (True,)

    def url(self, session: str) -> str:
        hosts = ",".join(f"127.0.0.1:{self.ports[name]}" for name in ("a", "b"))
        return f"postgresql://selon:{PASSWORD}@{hosts}/selon?target_session_attrs={session}"

    def close(self) -> None:
        for name in ("b", "a", "monitor"):
            if name in self._running:
                self.kill(name)

    def _create(self, kind: str, name: str, *options: str) -> None:
        port = str(self.ports[name])
        self._do(
            *("create", kind, "--pgdata", name, "--pgport", port, "--hostname", "127.0.0.1"),
            *("--auth", "scram-sha-256", "--ssl-self-signed", *options),
        )

    def _do(self, *arguments: str) -> None:
        done = run_program("pg_autoctl", *arguments, **self._terms())
        assert done.returncode == 0, done.stdout + done.stderr

    def _terms(self) -> dict[str, object]:
        owner = account() if os.geteuid() == 0 else {}
        return {"env": self._environment, "cwd": self.folder, **owner}


def _children(process: int) -> list[int]:
    return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


@pytest.fixture
def cluster(vector_server: Server) -> Iterator[Cluster]:
    skip_for(None if shutil.which("pg_autoctl") else "pg_auto_failover is not installed here")
    with tempfile.TemporaryDirectory(prefix="selon-failover-", dir="/tmp") as name:
        if os.geteuid() == 0:
            shutil.chown(name, "postgres")
        cluster = Cluster(Path(name))
        (cluster.folder / "run").mkdir()
        if os.geteuid() == 0:
            shutil.chown(cluster.folder / "run", "postgres")
        try:
            cluster.start_monitor()
            cluster.start_server("a")
            cluster.start_server("b")
            until(lambda: cluster.states() == {"a": "primary", "b": "secondary"})
            yield cluster
        finally:
            cluster.close()


def test_a_standby_answers_while_the_primary_is_lost_and_then_takes_the_writes(
    cluster: Cluster, bundled: Embedder, tmp_path: Path
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "phare.txt").write_text("Le phare de Cordouan a été allumé en 1611.", "utf-8")
    with closing(open_store(tmp_path / "built", cluster.url("any"))) as store:
        build([articles], store, bundled)
    with closing(open_store(tmp_path / "asked", cluster.url("any"))) as store:
        with store.open() as generation:
            assert generation.count() == 1
            cluster.kill("a")
            assert generation.count() == 1

        until(lambda: cluster.states().get("b") == "wait_primary")
        (articles / "pont.txt").write_text("Le pont de Brotonne a ouvert en 1977.", "utf-8")
        build([articles], store, bundled)
        assert store.facts().articles == 2

    cluster.run("a")
    until(lambda: cluster.states() == {"a": "secondary", "b": "primary"})
    generations = "SELECT count(*) FROM selon.generations"
    assert cluster.ask("a", generations, "selon") == cluster.ask("b", generations, "selon")
