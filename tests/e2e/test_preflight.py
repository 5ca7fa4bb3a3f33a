"""`selon bot --check`: what it finds, in which language, and with which exit code."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.main import run
from bot.messenger.running import requests
from bot.messenger.running.preflight import run_preflight
from index.ingestion.builder import build
from index.models.base import Embedder
from tests.botapi.server import BotServer
from tests.e2e.telegram import settings_for
from tests.e2e.test_receiver import called_at
from tests.e2e.test_selon_bot import ARTICLES

Check = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, bundled: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    build([folder / name for name in ARTICLES], folder / ".selon", bundled)
    return folder


@pytest.fixture
def check(
    server: BotServer,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Check:
    """Runs the command, under more settings; its exit code and what it says, in one line."""
    monkeypatch.setattr(requests, "REFUSAL_WAITS_SECONDS", (0.0, 0.01, 0.01))
    monkeypatch.setenv("SELON_DATA_DIR", str(home / ".selon"))
    monkeypatch.setenv("SELON_TELEGRAM_TOKEN", server.token)
    monkeypatch.setenv("SELON_TELEGRAM_API_URL", server.url)

    async def checked(**more: str) -> tuple[int, str]:
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        code = await asyncio.to_thread(run, ["bot", "--check"])
        out, errors = capsys.readouterr()
        assert "Traceback" not in errors
        assert server.token.partition(":")[2] not in out + errors
        return code, re.sub(r"[ \n]+", " ", out)

    return checked


async def said(server: BotServer, **more: object) -> dict[str, list[str]]:
    """What is found, in English, by what it is about; the mark first."""
    found: dict[str, list[str]] = {}
    for finding in await run_preflight(settings_for(server, language="en", **more)):
        found.setdefault(finding.about, []).append(f"{finding.verdict}: {finding.text}")
    return found


async def test_a_bot_that_can_run_is_told_so_in_french(server: BotServer, check: Check) -> None:
    code, text = await check()
    assert code == 0, text
    assert "✓ Jeton\u00a0: Selon, https://t.me/selon_test_bot" in text
    assert re.search(r"✓ Index\u00a0: 2\u00a0articles, \d+\u00a0passages, génération \d{8}T", text)
    assert "✓ Réception\u00a0: Selon interroge Telegram" in text
    assert "Tout est prêt." in text
    assert {name for name, _ in server.calls} == {"getMe", "getWebhookInfo"}


async def test_what_is_wrong_is_said_with_a_code(
    server: BotServer, tmp_path: Path, check: Check
) -> None:
    nowhere = str(tmp_path / "nowhere")
    code, text = await check(SELON_DATA_DIR=nowhere, SELON_TELEGRAM_TOKEN="1:AAforgotten")
    assert code == 2
    assert "✗ Jeton\u00a0: SELON_TELEGRAM_TOKEN est refusé par" in text
    assert "! Index\u00a0:" in text
    assert "1 point à corriger avant de lancer le robot." in text
    code, _ = await check(SELON_TELEGRAM_TOKEN=server.token)
    assert code == 0, "the bot takes an index up when it is there"


async def test_a_webhook_is_looked_at(server: BotServer, port: int) -> None:
    server.hook.url = "https://old.example/telegram"
    server.user_says(42, "Bonjour ?")
    assert (await said(server))["Receiving"] == [
        "note: Selon asks Telegram; the webhook that is set (https://old.example/telegram) goes "
        "when it starts",
        "note: 1 message waits at Telegram to be answered",
    ]
    with socket.create_server(("127.0.0.1", port)):
        found = await said(server, **called_at(port))
    verdicts = [line.partition(":")[0] for line in found["Receiving"]]
    assert verdicts == ["well", "note", "note", "note"]
    assert "is taken: by Selon if it runs" in found["Receiving"][1]


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="no IPv6 here")
async def test_a_free_port_of_the_sixth_version_is_not_taken(server: BotServer, port: int) -> None:
    (figures,) = (await said(server, metrics_host="::1", metrics_port=port))["Figures"]
    assert figures.startswith("well")
