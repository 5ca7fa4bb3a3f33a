"""A standby is promoted by the scripts of deploy/postgres, and the old primary comes back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgres.deployed import SECONDS, DeployedServer, deployed_pair, until, workplace
from tests.postgres.server import Server

Pair = tuple[DeployedServer, DeployedServer]
SLOTS = "SELECT array_agg(slot_name::text ORDER BY slot_name) FROM pg_replication_slots"


@pytest.fixture
def folder(vector_server: Server) -> Iterator[Path]:
    with workplace() as folder:
        yield folder


@pytest.fixture
def pair(folder: Path) -> Iterator[Pair]:
    with deployed_pair(folder) as pair:
        yield pair


def test_the_old_primary_is_fenced_until_it_follows_the_new_one(pair: Pair) -> None:
    old, new = pair
    hosts = {"PGHOST": "127.0.0.1,127.0.0.1", "PGPORT": f"{old.port},{new.port}"}
    backups = old.folder / "backups"
    archive = old.spawn(
        *old.script("backup.sh", "archive"),
        more={**hosts, "PGUSER": "replica", "BACKUP_DIR": str(backups)},
    )
    try:
        _fail_over(old, new)
        # The archive goes on with the new primary.
        until(lambda: any(backups.glob("wal/00000002.history")))
        until(lambda: any(backups.glob("wal/00000002000000*.partial")))
    finally:
        archive.terminate()
        archive.wait(SECONDS)
    new.stop(signal.SIGKILL)
    assert _guarded(new) == (0, "passed"), "now it is the primary that returns"


def _fail_over(old: DeployedServer, new: DeployedServer) -> None:
    old.ask("CREATE TABLE words (word text)")
    old.ask("INSERT INTO words VALUES ('un')")
    until(lambda: new.ask("SELECT word FROM words") == "un")

    refused = new.run(*new.script("promote.sh"))
    assert refused.returncode == 1
    assert "still answers. Stop it first" in refused.stderr
    assert new.ask("SELECT pg_is_in_recovery()") is True
    assert _guarded(new) == (0, "passed"), "a standby takes no writes"
    assert _guarded(old) == (0, "passed")

    # It hangs, so that nobody hears of it, and is not there when it is to be stopped.
    assert old.process is not None
    old.stop(signal.SIGKILL)
    promoted = new.run(*new.script("promote.sh"))
    assert promoted.returncode == 0, promoted.stderr
    assert "on timeline 2" in promoted.stdout
    new.ask("INSERT INTO words VALUES ('deux')")
    assert new.ask(SLOTS) == ["archive", "standby"]
    again = new.run(*new.script("promote.sh"))
    assert (again.returncode, "takes writes already" in again.stderr) == (1, True)

    # It does not start any more, nor goes on where it was started without its guard.
    code, said = _guarded(old)
    assert code == 1
    assert "was promoted (timeline 2, this server has 1)" in said
    (old.data / "postmaster.pid").unlink(missing_ok=True)
    old.start()
    until(lambda: old.ask("SELECT NOT pg_is_in_recovery()"))
    old.ask("INSERT INTO words VALUES ('perdu')")
    code, said = _guarded(old, "--stop")
    assert code == 1
    assert "stopping this server now" in said
    old.process.wait(SECONDS)
    with pytest.raises(psycopg.OperationalError):
        old.ask("SELECT 1")
    assert _guarded(new, "--stop") == (0, "passed")

    new.ask("SELECT pg_drop_replication_slot('standby')", "postgres", "postgres")
    old.start(*old.script("standby.sh", "--rejoin"), *old.script("guard.sh"))
    until(lambda: old.ask("SELECT pg_is_in_recovery()") is True)
    new.ask("INSERT INTO words VALUES ('trois')")
    words = "SELECT array_agg(word ORDER BY ctid) FROM words"
    until(lambda: old.ask(words) == ["un", "deux", "trois"])
    [aside] = old.folder.glob("primary.before-*")
    assert (aside / "PG_VERSION").exists(), "nothing is deleted that nobody has looked at"


def test_the_scripts_make_a_primary_and_a_standby_beside_which_no_other_server_begins(
    pair: Pair, folder: Path
) -> None:
    primary, standby = pair
    primary.ask("SELECT '[1,2]'::vector(2)")
    rights = "SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = 'selon'"
    assert primary.ask(rights) is False
    assert primary.ask(SLOTS, "monitor") == ["archive", "standby"]
    assert standby.data.stat().st_mode & 0o077 == 0
    standby.stop()
    primary.ask("CREATE TABLE words AS SELECT 'un' AS word")
    standby.start(*standby.script("standby.sh"), *standby.script("guard.sh"))
    until(lambda: standby.ask("SELECT word FROM words") == "un")  # from what it has

    stranger = DeployedServer("stranger", folder, other=primary)
    stranger.make()
    code, said = _guarded(stranger)
    assert (code, "is of another cluster" in said) == (1, True)

    primary.stop()
    primary.data.rename(folder / "lost")
    code, said = _guarded(primary)
    assert (code, "but 127.0.0.1" in said, "standby.sh --rejoin" in said) == (1, True, True)


def test_who_cannot_be_asked_does_not_keep_a_server_from_starting(folder: Path) -> None:
    nobody = DeployedServer("nobody", folder)
    alone = DeployedServer("alone", folder, other=nobody)
    assert _guarded(alone) == (0, "passed"), "the first start of all"
    alone.make()
    assert _guarded(alone) == (0, "passed")
    alone.data.rename(folder / "PG_VERSION")
    code, said = _guarded(alone)
    assert (code, "move it there" in said) == (1, True)


def _guarded(server: DeployedServer, *flags: str) -> tuple[int, str]:
    done = server.run(*server.script("guard.sh", *flags, "echo", "passed"))
    return done.returncode, (done.stdout + done.stderr).strip()
