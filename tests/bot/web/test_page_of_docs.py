"""The commands and snippets of docs/web.md do what the page says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.main import run
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.service import WebService
from tests.bot.web.conftest import QUESTION
from tests.docs import ROOT
from tests.postgres.server import free_port

PAGE = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
START_SECONDS = 120

SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = [line.partition("  #")[0].strip() for line in SHELL.splitlines() if line]
SERVE, HEALTH = COMMANDS[-2:]


def snippet(language: str) -> str:
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(text)


@pytest.fixture(autouse=True)
def sample(sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_DATA_DIR", str(sample_index))
    monkeypatch.setenv("SELON_DATABASE_URL", f"sqlite:///{tmp_path}/state.sqlite")
    monkeypatch.setenv("SELON_LANGUAGE", "en")


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    web_port, metrics_port = str(free_port()), str(free_port())
    monkeypatch.setenv("SELON_WEB_PORT", web_port)
    setting, program, *options = SERVE.replace("9464", metrics_port).split()
    monkeypatch.setenv(*setting.split("="))
    command = [str(BIN / Path(program).name), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert f"http://127.0.0.1:{web_port}/" in server.stderr.readline()
        yield HEALTH.replace("9464", metrics_port)
        server.terminate()
    assert server.returncode in (0, -15)


def test_a_server_says_that_it_is_well(health: str) -> None:
    deadline, checks = time.monotonic() + START_SECONDS, {"answers": "not tried yet"}
    while "not tried yet" in checks.values() and time.monotonic() < deadline:
        ran = subprocess.run(shlex.split(health), capture_output=True, text=True, check=True)
        checks = json.loads(ran.stdout)
        time.sleep(0.2)
    assert [checks[check] for check in ("answers", "database", "index")] == ["ok"] * 3


def test_the_commands_about_tokens_work(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [command for command in COMMANDS if " token" in command]
    assert len(lines) == 3
    shown = []
    for line in lines:
        assert run(shlex.split(line)[1:]) == 0
        shown.append(capsys.readouterr().out)
    assert re.fullmatch(r"[\w-]{32}\n", shown[0])
    assert shown[1] == "zoe\n"
    assert run(["token"]) == 0
    assert capsys.readouterr().out == "There are no tokens.\n"


def test_a_token_that_replaces_another_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    notices = []
    for _ in range(2):
        assert run(["token", "zoe"]) == 0
        notices.append("the old one is no longer valid" in capsys.readouterr().err)
    assert notices == [False, True]
    for name in ("", "a\nb", "a" * 65):
        assert run(["token", name]) == 2
        assert "printable" in capsys.readouterr().err


@pytest.mark.parametrize(("log_format", "is_told"), [("human", True), ("json", False)])
def test_the_address_is_told_to_people_alone(
    log_format: str, is_told: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    address = "http://127.0.0.1:8000/"
    monkeypatch.setattr("bot.web.serve.serve_web", lambda settings, ready, features: ready(address))
    monkeypatch.setenv("SELON_LOG_FORMAT", log_format)
    assert run(["serve"]) == 0
    assert (f"The pages are at {address}" in capsys.readouterr().err) is is_told


def test_the_snippets_of_servers_say_what_is_believed(service: WebService) -> None:
    variables = {"$host": "selon.exemple.fr", "$scheme": "https"}
    variables |= {"$remote_addr": "203.0.113.7", "$remote_user": "zoe"}
    pairs = re.findall(r"proxy_set_header (\S+) (\S+);", snippet("nginx"))
    headers = {name: variables[value] for name, value in pairs}
    service.settings.web_access, service.settings.web_hosts = "proxy", ("selon.exemple.fr",)
    app = create_app(service)
    with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 1)) as client:
        page = client.post("/", data={"q": QUESTION}, headers=headers, follow_redirects=False)
        assert page.status_code == 303
        kept = client.get("/mesdonnees.json", headers=headers).json()
        assert [turn["question"] for turn in kept["turns"]] == [QUESTION]
        for name in ("Host", "X-Forwarded-User"):
            assert client.get("/", headers={**headers, name: ""}).status_code in (400, 403)
    settings = Settings(_env_file=None)
    address = f"{settings.web_host}:{settings.web_port}"
    assert f"proxy_pass http://{address};" in snippet("nginx")
    assert f"proxy_set_header {settings.web_proxy_user} $remote_user;" in snippet("nginx")
    assert f"reverse_proxy {address} {{" in snippet("caddy")
    assert f"header_up {settings.web_proxy_user} {{http.auth.user.id}}" in snippet("caddy")
