"""/healthz: well while people can be answered, 503 with the reason when they cannot."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.messenger.running import health as watched
from bot.operations import probes
from bot.settings import load_settings
from bot.state.database import FILE
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.killing import Bot, python
from tests.e2e.telegram import Shelf, StubChain, running, settled, slowly
from tests.e2e.test_health_and_logs import figures, health
from tests.e2e.test_receiver import port

__all__ = ["port"]

READER, QUESTION = 42, "Quand Fresnel est-il né ?"
EARLY = {"ok", "not tried yet"}
CHECKS = {"telegram", "updates", "answers", "database", "index"}


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    return chain


async def becomes(port: int, status: int, check: str = "", within: float = 60.0) -> dict[str, str]:
    """What is told once it has this status, because of this check if one is named."""
    told: tuple[int, dict[str, str]] | None = None
    try:
        async with asyncio.timeout(within):
            while told is None or told[0] != status or told[1].get(check) in EARLY:
                await asyncio.sleep(0.02)
                told = await health(port)
    except TimeoutError:
        raise AssertionError(f"still {told}") from None
    return told[1]


async def test_well_is_every_check_and_when_an_update_was_last_accepted(
    server: BotServer, chain: StubChain, port: int
) -> None:
    async with running(server, chain, Shelf(FRESNEL), metrics_port=port):
        await becomes(port, 200)
        before = datetime.now(UTC) - timedelta(seconds=1)
        server.user_says(READER, QUESTION)
        await settled()
        told = await becomes(port, 200)
        assert told["status"] == "ok"
        assert datetime.fromisoformat(told["last_update"]) >= before
        assert {name for name, value in told.items() if value == "ok"} == CHECKS | {"status"}
        counted = await figures(port)
        assert counted[frozenset({"selon_last_update_timestamp_seconds"})] >= before.timestamp()
        assert all(counted[frozenset({"selon_healthy", check})] == 1 for check in CHECKS)
        assert counted[frozenset({"selon_builder_seen_timestamp_seconds"})] == 1_772_370_000
        assert counted[frozenset({"selon_last_build_timestamp_seconds"})] == 1_772_366_400
        assert counted[frozenset({"selon_last_build_seconds"})] == 2.5
        assert counted[frozenset({"selon_last_build_failed"})] == 0
        assert counted[frozenset({"selon_last_build_articles"})] == 1
    with pytest.raises(aiohttp.ClientConnectorError):
        await health(port)


async def test_another_program_that_takes_the_updates_is_named(
    server: BotServer, chain: StubChain, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(server, chain, Shelf(FRESNEL), metrics_port=port):
        await becomes(port, 200)
        server.hook.url = "https://elsewhere.example/"  # getUpdates is then refused with 409
        server.user_says(READER, QUESTION)  # what the bot had asked before is answered with this
        await server.called("getUpdates", 2)
        monkeypatch.setattr(watched, "SILENCE_SECONDS", 1.0)
        told = await becomes(port, 503, "telegram")
        assert told["status"] == "degraded"
        assert "another program answers with the same token (409)" in told["telegram"]
        assert (await figures(port))[frozenset({"selon_healthy", "telegram"})] == 0


async def test_a_bot_that_takes_nothing_of_what_it_hears_is_deaf(
    server: BotServer, chain: StubChain, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(server, chain, Shelf(FRESNEL), metrics_port=port):
        await becomes(port, 200)
        for _ in range(50):
            server.garble_next("getUpdates", done=False)
        server.user_says(READER, QUESTION)
        await settled()
        monkeypatch.setattr(watched, "SILENCE_SECONDS", 1.0)
        told = await becomes(port, 503, "telegram")
        assert "what comes cannot be taken" in told["telegram"]


@pytest.mark.parametrize("hangs", [True, False])
async def test_questions_that_get_no_answer_are_found(
    server: BotServer,
    chain: StubChain,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    hangs: bool,
) -> None:
    monkeypatch.setattr(probes, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(probes, "PROBE_TIMEOUT_SECONDS", 0.2)
    broken = slowly(answered(QUESTION, cite(1, BIRTH)), 1.5) if hangs else ValueError("Le secret")
    chain.answers[FRESNEL.title] = broken
    async with running(server, chain, Shelf(FRESNEL), metrics_port=port):
        told = await becomes(port, 503, "answers")
        assert told["answers"] == ("no end in 0 s" if hangs else "ValueError")
        if hangs:
            assert chain.questions == [FRESNEL.title], "one at a time"
        chain.answers[FRESNEL.title] = answered(QUESTION, cite(1, BIRTH))
        await becomes(port, 200)


PROGRAM = """
from bot.operations import probes
from bot.messenger.running.application import run_with
from bot.settings import load_settings
from tests.bot.messenger.samples import FRESNEL
from tests.e2e.telegram import Shelf, StubChain

probes.PROBE_SECONDS = 0.1
run_with(load_settings(), StubChain(), Shelf(FRESNEL))
"""


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux limits another process")
async def test_a_disk_that_takes_nothing_more_is_found_and_so_is_its_end(
    server: BotServer, port: int
) -> None:
    environment = {
        **os.environ,
        "SELON_TELEGRAM_TOKEN": server.token,
        "SELON_TELEGRAM_API_URL": server.url,
        "SELON_METRICS_PORT": str(port),
    }
    bot = Bot(python(PROGRAM), environment, Path(load_settings().data_dir) / FILE)
    async with bot.running() as process:
        await server.called("getUpdates", within=180)
        await becomes(port, 200)
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        told = await becomes(port, 503, "database")
        assert told["database"].startswith("sqlite:///")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        await becomes(port, 200)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)
