"""The files of deploy/, held against the project and, where systemd is installed, against it."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ENVIRONMENT_PREFIX, Settings
from bot.state.database import open_state, state_url
from bot.state.people import is_known, note_person
from index.store.files.store import FileStore
from tests.index.samples import full, index
from tests.postgres.deployed import put_selon
from tests.programs import run_program

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
SERVICES = ("selon.service", "selon-watch.service")
UNITS = (*SERVICES, "selon-backup.service", "selon-backup-postgres.service")
EXPOSURE = 1.5
"""Of ten, as `systemd-analyze security` counts; above 2 it is no longer "OK"."""

systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    text = (DEPLOY / request.param).read_text(encoding="utf-8")
    assert "/opt/selon/bin/selon" in text
    made = tmp_path / str(request.param)
    text = text.replace("/opt/selon/bin/selon-backup", str(DEPLOY / "backup.sh"))
    made.write_text(text.replace("/opt/selon/bin/selon ", f"{sys.executable} "), encoding="utf-8")
    return made


def parsed(name: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return unit


@systemd
def test_systemd_finds_no_fault_and_a_unit_hardened(unit: Path) -> None:
    done = run_program("systemd-analyze", "verify", unit)
    assert (done.returncode, done.stderr) == (0, "")
    done = run_program("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None
    assert float(found[1]) <= EXPOSURE


@systemd
@pytest.mark.parametrize("name", ["selon-backup", "selon-backup-postgres"])
def test_a_backup_is_taken_each_night(name: str) -> None:
    unit = parsed(f"{name}.timer")
    assert run_program("systemd-analyze", "calendar", unit["Timer"]["OnCalendar"]).returncode == 0
    assert unit["Timer"]["Persistent"] == "true", "a machine that was off makes up for it"
    assert (DEPLOY / f"{name}.service").exists()


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_comes_back_for_ever(name: str) -> None:
    unit = parsed(name)
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Service"]["Restart"] == "always"
    assert unit["Service"]["RestartPreventExitStatus"] == "2", "a wrong setting stays wrong"


def test_the_pages_are_a_service_like_the_bot() -> None:
    page = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^(sed .*) >", page, re.MULTILINE)
    unit = run_program("/bin/sh", "-c", command, cwd=ROOT).stdout
    assert "Description=Selon, answers from the articles on the web\n" in unit
    assert "ExecStart=/opt/selon/bin/selon serve\n" in unit


@pytest.mark.skipif(
    shutil.which("shellcheck") is None and not os.environ.get("SHELLCHECK_REQUIRED"),
    reason="shellcheck is not installed (apt-get install shellcheck)",
)
def test_shellcheck_finds_no_fault() -> None:
    scripts = sorted(DEPLOY.rglob("*.sh"))
    assert scripts
    done = run_program("shellcheck", *scripts)
    assert done.returncode == 0, done.stdout
    for script in scripts:
        assert "\nset -euo pipefail\n" in script.read_text(encoding="utf-8"), script.name


def test_only_what_answers_is_told_the_token_and_the_keys() -> None:
    units = [name for name in UNITS if "secrets.env" in (DEPLOY / name).read_text("utf-8")]
    assert units == ["selon.service"]
    for name, told in (("compose.yaml", {"bot"}), ("compose.scale.yaml", {"bot", "web"})):
        services = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))["services"]
        with_secrets = {
            service for service, facts in services.items() if "secrets.env" in str(facts)
        }
        assert with_secrets == told


def test_only_settings_that_there_are_are_set() -> None:
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for path in filter(Path.is_file, DEPLOY.rglob("*")):
        set_here = re.findall(r"\b(SELON_[A-Z_]+)\s*[=:]", path.read_text(encoding="utf-8"))
        assert set(set_here) <= known, path.name


def leave(data: Path) -> None:
    """What a bot leaves behind in its folder: people, a document, and what can be had again."""
    for name in ("conversations/1/note.md", "removed.json", "cache/model"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text('{"version": 1, "articles": []}', encoding="utf-8")
    with closing(open_state(state_url(None, data))) as state:
        state.do(partial(note_person, person_id=7, now=datetime(2026, 3, 1, tzinfo=UTC)))


def assert_is_back(data: Path) -> None:
    with closing(open_state(state_url(None, data))) as state:
        assert state.do(partial(is_known, person_id=7))
    kept = {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}
    documents = {name for name in kept if not name.startswith("state.sqlite")}
    assert documents == {"conversations/1/note.md", "removed.json"}


def test_the_backup_of_the_container_is_taken_and_put_back(tmp_path: Path) -> None:
    """The commands of the page, but for the engine, with the programs that the image has."""
    page = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
    taken, put_back = re.findall(r"In the container:\n\n```sh\n(.*?)```", page, re.DOTALL)
    old, new, programs = tmp_path / "old", tmp_path / "new", tmp_path / "bin"
    put_selon(programs)
    for name in ("tar", "rm"):
        (programs / name).symlink_to(shutil.which(name) or "")
    new.mkdir()
    leave(old)
    (old / "index").mkdir()
    (old / "index" / "CURRENT").write_text("x", encoding="utf-8")
    _shell(taken, old, programs)
    _shell(put_back, new, programs)
    assert (tmp_path / "files.tar").stat().st_mode & 0o077 == 0
    assert_is_back(new)


ENGINE = r"docker compose -f deploy/compose\.yaml --project-directory \. "
INSIDE = (
    (rf"{ENGINE}exec -T bot ", ""),
    (rf"{ENGINE}run --rm -T --entrypoint (tar|rm) bot ", r"\1 "),
    (rf"{ENGINE}run --rm -T bot ", "selon "),
)


def _shell(commands: str, volume: Path, programs: Path) -> None:
    for outside, inside in INSIDE:
        commands = re.sub(outside, inside, commands)
    assert "docker" not in commands
    done = run_program(
        *("/bin/sh", "-ec", commands.replace("/data", str(volume))),
        cwd=volume.parent,
        env={"PATH": str(programs), "PYTHONPATH": str(ROOT), "SELON_DATA_DIR": str(volume)},
    )
    assert done.returncode == 0, done.stderr


def test_the_services_run_commands_that_there_are() -> None:
    from bot.main import run

    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"bot", "watch", "backup"}
    for service in services.values():
        assert "depends_on" not in service, "what waits for an index that fails never starts"
        assert service["restart"] == "unless-stopped"
        if "entrypoint" not in service:
            assert run([service["command"][0], "--help"]) == 0


def test_a_backup_of_the_data_is_taken_and_put_back(tmp_path: Path) -> None:
    """With a state, documents and an index; of three backups, two are kept, each of its second."""
    old, new, backups = tmp_path / "old", tmp_path / "new", tmp_path / "backups"
    leave(old)
    index([full()], old)
    new.mkdir()
    for day in ("20260301T020000Z", "20260302T020000Z"):
        (backups / "data" / day).mkdir(parents=True)
    selon = put_selon(tmp_path / "bin")
    clock = selon.with_name("date")  # it stands still for a while
    clock.write_text(
        '#!/bin/sh\necho >>"$0.asked"\n[ $(wc -l <"$0.asked") -gt 9 ] && later=1\n'
        "echo 20260302T02000${later:-0}Z\n",
        encoding="utf-8",
    )
    clock.chmod(0o755)
    own = {"PATH": f"{selon.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}

    def run_script(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        folders = {"SELON_DATA_DIR": str(old), "BACKUP_DIR": str(backups)}
        script = DEPLOY / "backup.sh"
        return run_program("/bin/bash", script, *arguments, env={**own, **folders, **more})

    for wrong in (("everything",), (), ("--nightly", "03:00")):
        assert run_script(*wrong).returncode == 1
    refused = run_script("data", KEEP_BACKUPS="0")
    assert (refused.returncode, "must be a number from 1 on" in refused.stderr) == (1, True)
    for empty in (new, tmp_path / "unmounted"):
        refused = run_script("data", KEEP_BACKUPS="1", SELON_DATA_DIR=str(empty))
        assert (refused.returncode, "neither a state nor an index" in refused.stderr) == (1, True)
        assert not (backups / "metrics" / "selon-data.prom").exists()
    assert not (tmp_path / "unmounted").exists()
    assert len(list((backups / "data").glob("*Z"))) == 2, "no backup made way for nothing"
    done = run_script("data", KEEP_BACKUPS="2")
    assert done.returncode == 0, done.stderr
    first, taken = sorted((backups / "data").glob("*Z"))
    assert (first.name, taken.name) == ("20260302T020000Z", "20260302T020001Z")
    assert not list(first.iterdir())
    assert taken.stat().st_mode & 0o077 == 0
    figure = backups / "metrics" / "selon-data.prom"
    assert figure.read_text("utf-8").startswith('selon_backup_timestamp_seconds{what="data"} ')
    assert figure.stat().st_mode & 0o044 == 0o044

    run_program("tar", "-C", new, "-xf", taken / "files.tar")
    own["SELON_DATA_DIR"] = str(new)
    done = run_program(selon, "state", "import", taken / "state.sqlite", env=own)
    assert done.returncode == 0, done.stderr
    assert_is_back(new)
    assert FileStore(new).take(taken / "index").articles == 1
