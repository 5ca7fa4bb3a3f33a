"""The pages behind Caddy, with the file of deploy/caddy."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from bot.web.service import WebService
from tests.bot.messenger.samples import LENS
from tests.bot.web.conftest import QUESTION
from tests.bot.web.test_serve import beside
from tests.docs import ROOT
from tests.postgres.deployed import until
from tests.postgres.server import free_port, skip_for


@pytest.fixture
def proxied(service: WebService, tmp_path: Path) -> Iterator[str]:
    """The address of Caddy, which passes requests on to the pages."""
    skip_for(None if shutil.which("caddy") else "Caddy is not installed here", "CADDY_REQUIRED")
    settings, port = service.settings, free_port()
    settings.web_port, settings.web_access = free_port(), "open"
    settings.web_hosts, settings.web_proxies = ("selon.localhost",), ("127.0.0.1",)
    text = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    (tmp_path / "Caddyfile").write_text("{\n\tadmin off\n}\n" + text, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "BOT_DOMAIN": f"http://bot.localhost:{port}",
        "WEB_DOMAIN": f"http://selon.localhost:{port}",
        "WEB_UPSTREAM": f"127.0.0.1:{settings.web_port}",
    }
    command = ["caddy", "run", "--config", str(tmp_path / "Caddyfile")]
    with (
        beside(service),
        (tmp_path / "caddy.log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as caddy,
    ):
        try:
            until(lambda: _answers(f"http://127.0.0.1:{port}/"))
            yield f"http://127.0.0.1:{port}"
        finally:
            caddy.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx2.get(address).status_code > 0
    except httpx2.TransportError:
        return False


def test_the_pages_answer_behind_caddy_to_their_own_name(proxied: str, service: WebService) -> None:
    name = {"Host": f"selon.localhost:{proxied.rpartition(':')[2]}"}
    asked = {"data": {"q": QUESTION}, "headers": name}
    with httpx2.Client(base_url=proxied, timeout=60) as browser:
        answer = browser.post("/", **asked)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith("/")
        page = browser.get(answer.headers["location"], headers=name)
        assert LENS in page.text
        assert browser.get("/telegram", headers=name).status_code == 404
        assert QUESTION not in browser.get("/", headers={"Host": "elsewhere.example"}).text


def test_caddy_replaces_the_address_that_a_stranger_claims(
    proxied: str, service: WebService
) -> None:
    service.settings.question_burst = 1
    name = f"selon.localhost:{proxied.rpartition(':')[2]}"
    codes = [
        httpx2.post(
            proxied,
            data={"q": QUESTION},
            headers={"Host": name, "X-Forwarded-For": f"203.0.113.{number}"},
            timeout=60,
        ).status_code
        for number in range(1, 60)
    ]
    assert 429 in codes, "one visitor, whatever he claims"
