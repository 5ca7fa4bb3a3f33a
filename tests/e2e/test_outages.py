"""Telegram is down for minutes: nothing is lost, said twice or erased.

The bot is a process of its own, whose time runs twenty times as fast; its waits and timeouts are as
they are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.bot.messenger.samples import BIRTH
from tests.botapi.server import BotServer
from tests.botapi.updates import Updates
from tests.e2e.gate import OUTAGES, Gate, Outage
from tests.e2e.newsroom import (
    ANSWERED,
    DAILY,
    NEWS,
    QUESTION,
    SUBJECT,
    Newsroom,
    alert_question,
    button_of,
    counts,
    texts,
)

READER, SPEED = 42, 20.0
MORNING = datetime(2026, 3, 10, 7, 29, 45, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    poll = Updates.poll
    monkeypatch.setattr(Updates, "poll", lambda *given: poll(*given[:-1], given[-1] / SPEED))
    return Newsroom(tmp_path, SPEED)


async def _subscribe(server: BotServer, name: str) -> None:
    """Ask for all that the bot sends by itself."""
    for words in ("/quotidien 7h30", f"/suivre tout de suite {SUBJECT}", alert_question(name)):
        reply = await server.reply_to(READER, words)
    assert "C’est noté" in (await server.reply_to_press(reply, button_of(reply, "n:"))).text


@pytest.mark.parametrize(
    ("outage", "seconds"),
    [("hanging", 35), *(pytest.param(outage, 600, marks=pytest.mark.soak) for outage in OUTAGES)],
)
async def test_an_outage_loses_doubles_and_erases_nothing(
    server: BotServer, newsroom: Newsroom, outage: Outage, seconds: float
) -> None:
    newsroom.clock.set(MORNING - timedelta(hours=1))
    async with Gate(server.url) as gate, newsroom.bot(server, gate.url).running() as process:
        await _subscribe(server, "port")
        server.user_says(1, QUESTION)
        await server.typed_in(1)
        newsroom.clock.set(MORNING)
        await gate.fail(outage)
        for person in range(2, 20):
            server.user_says(person, QUESTION)
        newsroom.publish("port", f"La criée de {SUBJECT} a fermé mardi.", MORNING.date())
        await newsroom.clock.pass_by(seconds)
        assert gate.requests or outage == "refused"
        assert not server.accepted[5:]
        await gate.recover()
        for person in range(1, 20):
            await server.told(person)
        await server.told(READER, 7)
        await newsroom.clock.pass_by(20)
        server.user_says(READER, "/alertes")
        await server.told(READER, 8)
        assert process.returncode is None
    for person in range(1, 20):
        assert [BIRTH in text for text in texts(server, person)] == [True]
    assert counts(server, READER, DAILY, NEWS, ANSWERED) == {DAILY: 1, NEWS: 1, ANSWERED: 1}
    assert SUBJECT in texts(server, READER)[-1]
