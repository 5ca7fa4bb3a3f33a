"""The deployment on several machines: services, figures, alerts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from bot.operations.metrics import Meters
from tests.postgres.deployed import PASSWORD, SECONDS

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
    silent = {"builder", "archive", "backup", "data-backup", "drill-check"}  # no port; alerts watch
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
    for name in ("primary", "standby"):
        assert compose["services"][name]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", ["compose.yaml", "compose.scale.yaml"])
def test_what_the_services_mount_and_run_is_there(name: str) -> None:
    parsed = services_of(name)
    run = 0
    for service in parsed["services"].values():
        mounts = dict(each.split(":")[1::-1] for each in service.get("volumes", []))
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


def test_prometheus_finds_the_bots_where_they_serve(compose: dict[str, Any]) -> None:
    config = prometheus("prometheus.yml")
    [found] = [job for job in config["scrape_configs"] if job["job_name"] == "selon"]
    [where] = found["dns_sd_configs"]
    [name] = where["names"]
    settings = compose["services"][name]["environment"]
    assert settings["SELON_METRICS_PORT"] == str(where["port"])
    assert settings["SELON_METRICS_HOST"] == "0.0.0.0"
    for rules in config["rule_files"]:
        assert (DEPLOY / "prometheus" / rules).exists()


def test_prometheus_scrapes_services_that_there_are(compose: dict[str, Any]) -> None:
    config = prometheus("prometheus.yml")
    static = [each for job in config["scrape_configs"] for each in job.get("static_configs", [])]
    static += [
        each for own in config["alerting"]["alertmanagers"] for each in own["static_configs"]
    ]
    targets = {target for each in static for target in each["targets"]} - {"127.0.0.1:9090"}
    assert len(targets) == 4
    for target in targets:
        name, port = target.split(":")
        check = " ".join(compose["services"][name]["healthcheck"]["test"])
        assert f"127.0.0.1:{port}/" in check, target


def test_what_is_expected_is_what_is_deployed(compose: dict[str, Any]) -> None:
    expected = {rule["record"]: rule["expr"] for rule in _rules("expected.yml")}
    services = compose["services"]
    assert expected["selon:expected_bots"] == f"vector({services['bot']['deploy']['replicas']})"
    assert expected["selon:expected_standbys"] == "vector(1)"
    assert {"primary", "standby"} <= set(services)


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
    done = subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, timeout=SECONDS, check=False
    )
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
    figures, labels = _exported()
    alerts = [rule["expr"] for rule in _rules() if rule["alert"] != "SelonWatchdog"]  # always fires
    records = {rule["record"] for rule in _rules("expected.yml")}
    asked = [*alerts, *_panels()]
    assert len(asked) > 50
    for expression in asked:
        names, by = _names(expression)
        assert names, expression
        assert names <= figures | EXPORTED | records, expression
        assert by <= labels | EXPORTED_LABELS, expression


# Of postgres_exporter 0.17.1, node_exporter 1.9.0, Alertmanager 0.28.1, and of deploy/*/*.sh.
EXPORTED = {
    "up",
    "pg_up",
    "pg_database_size_bytes",
    "pg_replication_is_replica",
    "pg_replication_lag_seconds",
    "pg_replication_slot_wal_status",
    "pg_replication_slots_active",
    "pg_replication_slots_pg_wal_lsn_diff",
    "pg_settings_max_connections",
    "pg_settings_max_slot_wal_keep_size_bytes",
    "pg_stat_activity_count",
    "pg_wal_size_bytes",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "alertmanager_notifications_failed_total",
    "selon_backup_timestamp_seconds",
    "selon_drill_timestamp_seconds",
}
EXPORTED_LABELS = {"le", "instance", "job", "slot_name", "wal_status", "fstype", "what"}


def _panels() -> Iterator[str]:
    board = json.loads((DEPLOY / "grafana" / "selon.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.*), (job|instance)\)", variable["definition"])
            assert found is not None
            yield found[1]


def prometheus(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / name).read_text("utf-8"))
    return parsed


def _rules(name: str = "alerts.yml") -> Iterator[dict[str, Any]]:
    for group in prometheus(name)["groups"]:
        yield from group["rules"]


def _exported() -> tuple[set[str], set[str]]:
    """The names of the figures that a bot serves, and of their labels."""
    registry = Meters().registry
    figures: set[str] = set()
    for metric in registry.collect():
        match metric.type:
            case "counter":
                figures.add(f"{metric.name}_total")
            case "histogram":
                figures |= {f"{metric.name}_{part}" for part in ("bucket", "sum", "count")}
            case _:
                figures.add(metric.name)
    labels = {
        label
        for collector in registry._collector_to_names
        if isinstance(collector, MetricWrapperBase)
        for label in collector._labelnames
    }
    return figures, labels


_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left)\s*\(([^()]*)\)")
_MATCHERS = re.compile(r"\{([^{}]*)\}")


def _names(expression: str) -> tuple[set[str], set[str]]:
    """The figures that an expression names, and the labels."""
    left = re.sub(r'"[^"]*"', '""', expression)
    labels = {label.strip() for group in _GROUPING.findall(left) for label in group.split(",")} | {
        label for group in _MATCHERS.findall(left) for label in re.findall(r"(\w+)\s*[=!]", group)
    }
    for pattern in (_GROUPING, _MATCHERS, re.compile(r"\[[^\]]*\]")):
        left = pattern.sub(" ", left)
    labels.discard("")
    words = re.findall(r"(?<![\w.])([a-z_:][\w:]*)\b(?!\s*\()", left, re.IGNORECASE)
    return {word for word in words if word not in {"or", "and", "unless", "bool"}}, labels
