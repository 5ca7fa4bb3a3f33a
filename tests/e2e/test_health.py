"""/healthz: well while people can be answered, 503 with the reason when they cannot."""

from __future__ import annotations

import asyncio
import resource
import signal
import threading
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.messenger.running import health as watched
from bot.operations import probes
from bot.operations.metrics import METERS
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.killing import program_bot
from tests.e2e.metrics import becomes, figures, health
from tests.e2e.telegram import QUESTION, StubChain, held, running, settled
from tests.e2e.test_receiver import called_at
from tests.postgres.server import free_port

READER = 42
CHECKS = {"telegram", "updates", "answers", "database", "index"}


async def test_health_tells_every_check_and_the_last_update(server: BotServer, port: int) -> None:
    async with running(server, metrics_port=port):
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
        last = {"builder_seen_timestamp_seconds": 1_772_370_000, "last_build_seconds": 2.5}
        last |= {"last_build_failed": 0, "last_build_articles": 1}
        for name, value in last.items():
            assert counted[frozenset({f"selon_{name}"})] == value
    with pytest.raises(aiohttp.ClientConnectorError):
        await health(port)


@pytest.mark.parametrize(
    "why", ["another program answers with the same token (409)", "what comes cannot be taken"]
)
async def test_a_bot_that_gets_no_updates_says_why(
    server: BotServer, port: int, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    async with running(server, metrics_port=port):
        await becomes(port, 200)
        if "409" in why:
            server.hook.url = "https://elsewhere.example/"
        for _ in range(0 if "409" in why else 50):
            server.garble_next("getUpdates", done=False)
        server.user_says(READER, QUESTION)  # what the bot had asked before is answered with this
        await settled()
        monkeypatch.setattr(watched, "SILENCE_SECONDS", 1.0)
        told = await becomes(port, 503, "telegram")
        assert told["status"] == "degraded"
        assert why in told["telegram"]
        assert (await figures(port))[frozenset({"selon_healthy", "telegram"})] == 0


@pytest.mark.parametrize("hangs", [True, False])
async def test_questions_that_get_no_answer_are_found(
    server: BotServer, chain: StubChain, port: int, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    monkeypatch.setattr(probes, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(probes, "PROBE_TIMEOUT_SECONDS", 0.2 if hangs else 60.0)
    well, let = answered(QUESTION, cite(1, BIRTH)), threading.Event()
    chain.answers[FRESNEL.title] = held(well, let) if hangs else ValueError("Le secret")
    async with running(server, chain, metrics_port=port):
        told = await becomes(port, 503, "answers")
        assert told["answers"] == ("no end in 0 s" if hangs else "ValueError")
        if hangs:
            assert chain.questions == [FRESNEL.title], "one at a time"
        chain.answers[FRESNEL.title] = well
        let.set()
        await becomes(port, 200)


async def test_a_webhook_is_looked_at_once_it_is_set(
    server: BotServer, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "PROBE_SECONDS", 3_600.0)
    server.fail_next("setWebhook")  # and is set a second later
    async with running(server, patience=(0.0,), metrics_port=port, **called_at(free_port())):
        await becomes(port, 200)


async def test_a_probe_that_ends_late_is_timed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PROBE_TIMEOUT_SECONDS", 0.01)
    probe = probes.Probe("late", lambda: asyncio.sleep(0.1, None))
    async with asyncio.timeout(60):
        while probe.finding() is not None:
            await probe.run()
    seconds = METERS.registry.get_sample_value("selon_probe_seconds", {"check": "late"})
    assert seconds is not None
    assert seconds >= 0.09


PROGRAM = """
from bot.operations import probes
from tests.e2e.telegram import run_bot

probes.PROBE_SECONDS = 0.1
run_bot()
"""


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux limits another process")
async def test_a_full_disk_is_found_and_so_is_its_end(server: BotServer, port: int) -> None:
    bot = program_bot(PROGRAM, server, "", METRICS_PORT=str(port))
    async with bot.running() as process:
        await server.called("getUpdates")
        await becomes(port, 200)
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        told = await becomes(port, 503, "database")
        assert told["database"].startswith("sqlite:///")
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        await becomes(port, 200)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)
