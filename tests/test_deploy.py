"""The files of deploy/, held against the project and, where systemd is installed, against it."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ENVIRONMENT_PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = ("selon.service", "selon-watch.service")
EXPOSURE = 1.5
"""Of ten, as `systemd-analyze security` counts; above 2 it is no longer "OK"."""

systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A unit as it is, but for its program, which must be there."""
    text = (DEPLOY / request.param).read_text(encoding="utf-8")
    assert "/opt/selon/bin/selon" in text
    made = tmp_path / str(request.param)
    made.write_text(text.replace("/opt/selon/bin/selon", sys.executable), encoding="utf-8")
    return made


@systemd
def test_systemd_finds_no_fault(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@systemd
def test_a_unit_is_hardened(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None
    assert float(found[1]) <= EXPOSURE


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_comes_back_for_ever_and_ever_later(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert "StartLimitBurst" not in unit["Unit"]
    service = unit["Service"]
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == "2", "a wrong setting stays wrong"
    assert int(service["RestartSteps"]) > 1
    assert service["RestartMaxDelaySec"].endswith("min")


def test_only_settings_that_there_are_are_set() -> None:
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}
    for path in DEPLOY.iterdir():
        set_here = re.findall(r"\b(SELON_[A-Z_]+)\s*[=:]", path.read_text(encoding="utf-8"))
        assert set(set_here) <= known, path.name


def test_the_image_holds_what_is_there_and_runs_as_nobody_special() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [
        line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line
    ]
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for name in {name for names in copied for name in names}:
        assert (ROOT / name).exists()
        assert f"\n!{name}\n" in let_in
    last = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 10001" in last
    assert any(line.startswith("HEALTHCHECK ") for line in last)


def test_the_services_run_commands_that_there_are() -> None:
    from bot.terminal.cli import run

    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"bot", "watch"}
    for service in services.values():
        assert "depends_on" not in service, "what waits for an index that fails never starts"
        assert service["restart"] == "unless-stopped"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert run([service["command"][0], "--help"]) == 0
