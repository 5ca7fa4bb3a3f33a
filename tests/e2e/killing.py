"""A bot process that is killed under load and started again, and what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from sqlalchemy import create_engine, select

from bot.locale.answers import Phrases
from bot.locale.catalogue import Language
from bot.state.tables import DeliveryRow
from tests.botapi.server import Accepted, BotServer

FIRST = 1_000
"""The number of the first person; each asks one question, and has one update."""

IDLE = 0.01
"""Seconds between looks at how far the bot is."""

Sent = tuple[int, int]
"""A message that the server took: the chat, and its number there."""

NOTICES = frozenset(Phrases.of(code).late for code in get_args(Language))


def answers(server: BotServer) -> list[Accepted]:
    """What the server took that answers, in order: a notice that others are first does once it is
    edited."""
    sent = [answer for answer in server.accepted if answer.message.text not in NOTICES]
    return sorted((*sent, *server.edits), key=lambda each: each.at)


@dataclass(frozen=True, slots=True)
class Bot:
    """How a bot process is started, and the URL of its database."""

    command: Sequence[str]
    environment: Mapping[str, str]
    database: str

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """A process, killed when the block ends if it still runs; what it logged is told then."""
        process = await asyncio.create_subprocess_exec(
            *self.command, env=dict(self.environment), stdout=DEVNULL, stderr=PIPE
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            _, logged = await process.communicate()
            sys.stderr.write(logged.decode(errors="replace"))  # which a test that fails shows


def program_bot(program: str, server: BotServer, database: str, **settings: str) -> Bot:
    """A bot that runs a program; `settings` are of the environment, without their prefix."""
    own = {"TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url, **settings}
    environment = {**os.environ, **{f"SELON_{name}": value for name, value in own.items()}}
    return Bot(python(program), environment, database)


@dataclass(slots=True)
class Outcome:
    """What was asked and what the people have. `window` are the messages that the server had taken
    and the database not, at a kill, with the seconds between both
    (below 0: taken just after, from a request that was on its way)."""

    questions: int = 0
    kills: int = 0
    lost: list[int] = field(default_factory=list)
    doubled: list[Sent] = field(default_factory=list)
    window: dict[Sent, float] = field(default_factory=dict)
    interrupted: int = 0
    apologies: int = 0

    @property
    def unexplained(self) -> list[Sent]:
        """Second replies whose first was not in the window."""
        return [answer for answer in self.doubled if answer not in self.window]


class Crashes:
    """One question after the other, each by somebody else, while the bot dies again and again."""

    def __init__(self, server: BotServer, bot: Bot, questions: Sequence[str], seed: int) -> None:
        self._server = server
        self._bot = bot
        self._texts = questions
        self._chance = random.Random(seed)
        self._asked = 0
        self.outcome = Outcome()

    async def run(self, kills: int, ahead: int = 12, longest: float = 1.0) -> Outcome:
        """Kill this often, up to `longest` seconds after it began to answer (one in five: to
        start), with `ahead` questions waiting at any time; then let it come to its end."""
        for number in range(kills):
            async with self._bot.running() as process:
                killed = await self._until_killed(process, number % 5 == 4, ahead, longest)
            self._look(killed)
        async with self._bot.running() as process:
            await self._until(lambda: len(self._answered()) == self._asked, process)
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 60)
        return self._judged()

    async def _until_killed(
        self, process: Process, starting: bool, ahead: int, longest: float
    ) -> float:
        """Run until the kill, and when it came."""
        polls, before = self._polls(), len(answers(self._server))
        if not starting:
            self._ask(ahead)
            begun = lambda: self._polls() > polls and len(answers(self._server)) > before  # noqa: E731
            await self._until(begun, process)
        longest *= 3 if starting else 1
        deadline = time.monotonic() + self._chance.uniform(0, longest)
        while time.monotonic() < deadline:
            self._ask(ahead)
            await asyncio.sleep(IDLE)
        self.outcome.interrupted += self._asked - len(self._answered())
        killed = time.time()
        process.kill()
        self.outcome.kills += 1
        await process.wait()
        return killed

    def _ask(self, ahead: int) -> None:
        """As many questions as it takes to have this many unanswered."""
        for _ in range(ahead - (self._asked - len(self._answered()))):
            text = self._texts[self._asked % len(self._texts)]
            self._server.user_says(FIRST + self._asked, text)
            self._asked += 1

    def _answered(self) -> set[int]:
        return {answer.message.chat_id for answer in answers(self._server)}

    def _polls(self) -> int:
        return sum(name == "getUpdates" for name, _ in self._server.calls)

    async def _until(self, so: Callable[[], bool], process: Process) -> None:
        async with asyncio.timeout(180):
            while not so():
                if process.returncode is not None:
                    raise AssertionError(f"the bot ended by itself with {process.returncode}")
                await asyncio.sleep(IDLE)

    def _look(self, killed: float) -> None:
        """What the server has taken and the database, after a kill, does not know."""
        engine = create_engine(self._bot.database)
        with engine.connect() as connection:
            rows = connection.execute(select(DeliveryRow.update_id, DeliveryRow.sent)).all()
        engine.dispose()
        known = {(FIRST + (update or 0) - 1, id) for update, sent in rows for id in sent}
        for answer in answers(self._server):
            sent = (answer.message.chat_id, answer.message.message_id)
            if sent not in known and sent not in self.outcome.window:
                self.outcome.window[sent] = killed - answer.at

    def _judged(self) -> Outcome:
        outcome, times = self.outcome, Counter[int]()
        for answer in answers(self._server):
            times[answer.message.chat_id] += 1
        outcome.questions = self._asked
        outcome.apologies = sum("Désolé" in message.text for message in self._server.messages)
        everybody = range(FIRST, FIRST + self._asked)
        outcome.lost = [person for person in everybody if not times[person]]
        for answer in answers(self._server):
            chat = answer.message.chat_id
            if times[chat] > 1:
                times[chat] -= 1
                outcome.doubled.append((chat, answer.message.message_id))
        return outcome


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)
