"""Backups of deploy/postgres, restored to the moment before a disaster: Selon answers from them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.state.database import open_state
from bot.state.people import note_person
from index.ingestion.builder import build
from index.models.base import Embedder
from index.store.factory import open_store
from tests.postgres.deployed import PASSWORD, DeployedServer, put_selon, until, workplace
from tests.postgres.server import Server, free_port, skip_for
from tests.programs import run_program

ROOT = Path(__file__).resolve().parent.parent
LIGHT = "Le phare de Cordouan a été allumé en 1611. Il se dresse à l’entrée de la Gironde."
BRIDGE = "Le pont de Brotonne a été ouvert en juillet 1977. Il franchit la Seine en Normandie."


@pytest.fixture
def server(vector_server: Server) -> Iterator[DeployedServer]:
    """A server that Selon's tables are in, and a repository of pgBackRest."""
    skip_for(None if shutil.which("pgbackrest") else "pgBackRest is not installed here")
    with workplace() as folder:
        server = DeployedServer(folder)
        try:
            server.start()
            made = server.run("pgbackrest", "--stanza=selon", "stanza-create")
            assert made.returncode == 0, made.stdout + made.stderr
            yield server
        finally:
            server.stop()


def test_selon_answers_from_a_backup_as_of_the_moment_before_a_disaster(
    server: DeployedServer, bundled: Embedder, tmp_path: Path
) -> None:
    metrics = server.folder / "backups" / "metrics"
    selon = Selon(server, tmp_path)
    selon.index("phare.txt", LIGHT, bundled)

    for _ in range(2):  # the first is a full one, the second what has changed since
        taken = server.run(*server.script("backup.sh", "postgres"))
        assert taken.returncode == 0, taken.stdout + taken.stderr
    assert 'selon_backup_timestamp_seconds{what="postgres"} ' in _text(metrics, "postgres")

    # What comes after the backups is in the archive alone.
    selon.index("pont.txt", BRIDGE, bundled)
    with closing(open_state(server.url().replace("postgresql", "postgresql+psycopg"))) as state:
        state.do(partial(note_person, person_id=7, now=datetime(2026, 3, 1, tzinfo=UTC)))
    moment = str(server.ask("SELECT clock_timestamp()"))
    server.ask("DROP SCHEMA selon CASCADE")
    segment = server.ask("SELECT pg_walfile_name(pg_switch_wal())", *ROOT_ASKS)
    archived = "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver"
    until(lambda: str(server.ask(archived, *ROOT_ASKS)) >= str(segment))
    after = selon.check(server.url())
    assert (after.returncode, "PASSED" in after.stdout) == (1, False)
    assert "FAILED: the index is not whole" in after.stderr
    server.stop()

    drill = selon.drill(moment, QUESTION="Quand le pont de Brotonne a-t-il été ouvert ?")
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert "Le pont de Brotonne a été ouvert en juillet 1977." in drill.stdout
    assert re.search(r"Articles +2\n", drill.stdout)
    assert "people: 1\n" in drill.stdout
    assert "PASSED" in drill.stdout
    assert "selon_drill_timestamp_seconds " in _text(metrics, "drill")
    before = selon.drill("2026-03-01 00:00:00+00")
    assert before.returncode == 1
    assert "FAILED: no server can be made of the backups" in before.stderr
    assert not list(server.folder.glob("selon-drill.*")), "nothing is left behind"


ROOT_ASKS = ("postgres", "postgres")


class Selon:
    """The program, on the server's database or the drill's."""

    def __init__(self, server: DeployedServer, folder: Path) -> None:
        self._server = server
        self._articles = folder / "articles"
        self._programs = folder / "bin"
        self._articles.mkdir()
        put_selon(self._programs)
        self._own = {
            "PATH": f"{self._programs}:{server.environment()['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "SELON_DATA_DIR": str(folder / "data"),
            "SELON_CACHE_DIR": str(Settings(_env_file=None).cache_dir),
            "SELON_LANGUAGE": "fr",
            "BACKUP_DIR": str(server.folder / "backups"),
            "PGBACKREST_CONFIG": str(server.folder / "pgbackrest.conf"),
        }

    def index(self, name: str, text: str, embedder: Embedder) -> None:
        (self._articles / name).write_text(text, encoding="utf-8")
        store = open_store(self._articles.parent, self._server.url())
        build([self._articles], store, embedder)

    def drill(self, *moment: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self._run(
            *self._server.script("restore-drill.sh", *moment),
            DRILL_DIR=str(self._server.folder),
            DRILL_PORT=str(free_port()),
            DATABASE_PASSWORD=PASSWORD,
            **more,
        )

    def check(self, url: str) -> subprocess.CompletedProcess[str]:
        return self._run(
            *self._server.script("restore-drill.sh", "--check"),
            SELON_INDEX_URL=url,
            SELON_DATABASE_URL=url.replace("postgresql", "postgresql+psycopg"),
        )

    def _run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return run_program(*command, env={**self._own, **more}, cwd="/")


def _text(metrics: Path, name: str) -> str:
    return (metrics / f"selon-{name}.prom").read_text(encoding="utf-8")
