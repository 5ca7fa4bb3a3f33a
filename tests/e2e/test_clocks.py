"""The clock of a running bot is set, changes to summer time and back, and runs for idle weeks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from tests.bot.messenger.samples import BIRTH
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.database import rows
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

READER, EARLY, FOLLOWER, STRANGER = 42, 43, 44, 45
PARIS = ZoneInfo("Europe/Paris")
LOOK = 0.1  # seconds between looks for what is due
LOOKS = 2


class Hands:
    """A bot at work, of which the test sets the clock."""

    def __init__(self, server: BotServer, newsroom: Newsroom) -> None:
        self.server = server
        self.newsroom = newsroom

    async def set(self, moment: datetime) -> None:
        """Set the clock, and wait until the bot has looked several times for what is due."""
        clock = self.newsroom.clock
        clock.set(moment)
        seen = clock.read() + LOOKS * LOOK
        async with asyncio.timeout(60):
            # Another process writes what is waited for.
            while not 0 <= self.seen() - seen < 3600:  # noqa: ASYNC110
                await asyncio.sleep(LOOK)

    def seen(self) -> float:
        """When the clock was looked at, in seconds since the epoch; 0 if it was not yet."""
        seen = self.rows("SELECT at FROM notices WHERE key = 'clock:seen'")
        return datetime.fromisoformat(seen[0]).replace(tzinfo=UTC).timestamp() if seen else 0.0

    def rows(self, query: str) -> list[Any]:
        """The one column that a query gives."""
        return [value for (value,) in rows(query, self.newsroom.database)]

    async def say(self, person: int, words: str) -> Message:
        told = len(texts(self.server, person))
        self.server.user_says(person, words)
        await self.server.told(person, told + 1)
        return [message for message in self.server.messages if message.chat_id == person][told]


@pytest_asyncio.fixture
async def hands(server: BotServer, tmp_path: Path) -> AsyncIterator[Hands]:
    newsroom = Newsroom(tmp_path)
    newsroom.clock.set(paris(date(2026, 3, 1), 6))
    async with newsroom.bot(server, look=LOOK, KEEP_DAYS="6").running() as process:
        yield Hands(server, newsroom)
        assert process.returncode is None


def paris(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS)


async def test_a_clock_set_forward_and_back_loses_doubles_and_erases_nothing(hands: Hands) -> None:
    newsroom, first, asked = hands.newsroom, date(2026, 3, 1), 0
    await hands.say(READER, "/quotidien 7h30")
    await hands.say(READER, f"/suivre {SUBJECT}")
    newsroom.publish("port", f"La criée de {SUBJECT} a fermé.", first)
    for day, hour, minute, dailies, news in (
        *((0, 11, 0, 1, 1), (0, 5, 0, 1, 1), (0, 7, 31, 1, 1), (0, 8, 5, 1, 1)),  # hours
        *((0, 23, 0, 1, 1), (0, 9, 0, 1, 1), (1, 7, 31, 2, 1), (1, 1, 0, 2, 1)),
        *((400, 9, 0, 3, 1), (2, 6, 0, 3, 1), (3, 7, 31, 4, 1)),  # more than a year
    ):
        await hands.set(paris(first + timedelta(days=day), hour, minute))
        if day > 1:
            assert BIRTH in (await hands.say(STRANGER, QUESTION)).text
            asked += 1
        await hands.server.told(READER, 2 + dailies + news)
        assert counts(hands.server, READER, DAILY, NEWS) == {DAILY: dailies, NEWS: news}
    newsroom.publish("pont", f"Le pont de {SUBJECT} rouvre.", first)
    await hands.set(paris(first + timedelta(days=4), 8, 5))
    await hands.server.told(READER, 2 + 5 + 2)
    assert counts(hands.server, READER, DAILY, NEWS) == {DAILY: 5, NEWS: 2}
    assert len(hands.rows("SELECT id FROM turns")) == asked


@pytest.mark.parametrize("days", [8, pytest.param(30, marks=pytest.mark.soak)])
async def test_idle_days_erase_only_what_is_past_its_time(hands: Hands, days: int) -> None:
    server, first = hands.server, date(2026, 3, 1)
    await hands.say(READER, "/quotidien 7h30")
    await hands.say(EARLY, "/quotidien lundi 8h")
    await hands.say(FOLLOWER, f"/suivre {SUBJECT}")
    refusal = await hands.say(FOLLOWER, alert_question("port"))
    server.presses(refusal, button_of(refusal, "n:"))
    await server.told(FOLLOWER, 3)
    assert BIRTH in (await hands.say(STRANGER, QUESTION)).text
    for day in range(1, days + 1):
        await hands.set(paris(first + timedelta(days=day), 8, 30))
        await server.told(READER, 1 + day)
    assert hands.rows("SELECT id FROM turns") == []
    assert hands.rows("SELECT id FROM people ORDER BY id") == [READER, EARLY, FOLLOWER]
    assert counts(server, READER, DAILY) == {DAILY: days}
    assert counts(server, EARLY, DAILY) == {DAILY: (days + 6) // 7}
    hands.newsroom.publish(
        "port", f"La criée de {SUBJECT} a fermé.", first + timedelta(days=days + 1)
    )
    await hands.set(paris(first + timedelta(days=days + 1), 8, 30))
    await server.told(FOLLOWER, 3 + 2)
    assert counts(server, FOLLOWER, NEWS, ANSWERED) == {NEWS: 1, ANSWERED: 1}
