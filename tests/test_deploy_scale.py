"""The deployment on several machines: services, figures, alerts."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from bot.operations.metrics import Meters
from tests.postgres.deployed import PASSWORD
from tests.programs import run_program

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"

promtool = pytest.mark.skipif(
    shutil.which("promtool") is None and not os.environ.get("PROMTOOL_REQUIRED"),
    reason="promtool is not installed (apt-get install promtool)",
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """With its variables filled in."""
    return services_of("compose.scale.yaml")


def services_of(name: str) -> dict[str, Any]:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    filled = re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", PASSWORD, text)
    assert "$" not in filled
    parsed: dict[str, Any] = yaml.safe_load(filled)
    return parsed


def test_each_service_tells_whether_it_is_well(compose: dict[str, Any]) -> None:
    silent = {"builder", "backup", "data-backup", "drill-check"}  # no port; alerts watch
    for name, service in compose["services"].items():
        check = service["healthcheck"]
        assert ("test" in check) != (name in silent), name
        assert check.get("disable", False) is (name in silent), name


def test_nothing_is_open_but_the_door(compose: dict[str, Any]) -> None:
    """Without a password nothing starts, and only Caddy is reached from outside."""
    text = (DEPLOY / "compose.scale.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"\$\{(\w+)", text))
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert named == required, "each is refused where it is empty, once at least"
    example = (DEPLOY / "servers.env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)=$", example, re.MULTILINE)) == named
    for name, service in compose["services"].items():
        for port in service.get("ports", []):
            assert name == "caddy" or port.startswith("127.0.0.1:"), name
    for name in ("postgres", "backup"):
        assert compose["services"][name]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", ["compose.yaml", "compose.scale.yaml"])
def test_no_service_may_write_outside_its_volumes_or_has_rights_of_root(name: str) -> None:
    for service, terms in services_of(name)["services"].items():
        assert terms["read_only"] is True, service
        assert terms["cap_drop"] == ["ALL"], service
        assert terms["security_opt"] == ["no-new-privileges:true"], service
        assert set(terms.get("cap_add", [])) <= {"NET_BIND_SERVICE"}, service


@pytest.mark.parametrize("name", ["compose.yaml", "compose.scale.yaml"])
def test_what_the_services_mount_and_run_is_there(name: str) -> None:
    parsed = services_of(name)
    run = 0
    for service in parsed["services"].values():
        mounts = dict(volume.split(":")[1::-1] for volume in service.get("volumes", []))
        for source in mounts.values():
            assert not source.startswith("./deploy") or (ROOT / source).exists(), source
            assert source.startswith((".", "/")) or source in parsed["volumes"], source
        test = service.get("healthcheck", {}).get("test", [])
        for word in (*service.get("entrypoint", []), *test):
            if word.startswith("/") and word.endswith(".sh"):
                folder, _, script = word.rpartition("/")
                file = ROOT / mounts[word] if word in mounts else ROOT / mounts[folder] / script
                assert os.access(file, os.X_OK), word
                run += 1
    assert run >= 1


# Figures and alerts


def test_prometheus_asks_and_expects_what_is_deployed(compose: dict[str, Any]) -> None:
    config, services = prometheus("prometheus.yml"), compose["services"]
    assert all((DEPLOY / "prometheus" / rules).exists() for rules in config["rule_files"])
    [found] = [job for job in config["scrape_configs"] if job["job_name"] == "selon"]
    [where] = found["dns_sd_configs"]
    [name] = where["names"]
    settings = services[name]["environment"]
    assert settings["SELON_METRICS_PORT"] == str(where["port"])
    assert settings["SELON_METRICS_HOST"] == "0.0.0.0"
    asked = [*config["scrape_configs"], *config["alerting"]["alertmanagers"]]
    static = [config for job in asked for config in job.get("static_configs", [])]
    targets = {target for config in static for target in config["targets"]} - {"127.0.0.1:9090"}
    assert len(targets) == 3
    for name, _, port in (target.partition(":") for target in targets):
        assert f"127.0.0.1:{port}/" in " ".join(services[name]["healthcheck"]["test"]), name
    expected = {rule["record"]: rule["expr"] for rule in _rules("expected.yml")}
    assert expected["selon:expected_bots"] == f"vector({services['bot']['deploy']['replicas']})"
    assert expected["selon:expected_standbys"] == "vector(0)"


@promtool
@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "config", DEPLOY / "prometheus" / "prometheus.yml"],
        ["test", "rules", *sorted((ROOT / "tests" / "prometheus").glob("*.test.yml"))],
    ],
    ids=["the files are valid", "each alert fires when it should, and only then"],
)
def test_promtool_finds_no_fault(arguments: list[str | Path]) -> None:
    done = run_program("promtool", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_seen_to_fire_is_explained_and_speaks_both_languages() -> None:
    tested = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests" / "prometheus").glob("*.test.yml")
    )
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for rule in _rules():
        assert f'alertname="{rule["alert"]}"' in tested, rule["alert"]
        assert f"`{rule['alert']}`" in page, rule["alert"]
        assert set(rule["annotations"]) == {"summary", "resume"}
        french = re.sub(r"{{.*?}}", "x", rule["annotations"]["resume"])
        assert not re.search(r"(?<![\u00a0\u202f])[:;?!](?!\w)", french), french
        assert rule["labels"]["severity"] in {"page", "look", "none"}


def test_alerts_and_panels_ask_for_figures_that_there_are() -> None:
    served = re.findall(r"^# TYPE (\w+) (\w+)", generate_latest(Meters().registry).decode(), re.M)
    known = {f"{name}_bucket" if kind == "histogram" else name for name, kind in served}
    known |= {"selon_backup_timestamp_seconds", "selon_drill_timestamp_seconds"}  # of the scripts
    for path in (DEPLOY / "prometheus" / "alerts.yml", DEPLOY / "grafana" / "selon.json"):
        asked = set(re.findall(r"\bselon_\w+", path.read_text(encoding="utf-8")))
        assert len(asked) > 8
        assert asked <= known, path.name


def prometheus(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / name).read_text("utf-8"))
    return parsed


def _rules(name: str = "alerts.yml") -> Iterator[dict[str, Any]]:
    for group in prometheus(name)["groups"]:
        yield from group["rules"]
