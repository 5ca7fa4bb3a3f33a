"""Several processes of one bot behind one webhook, of which some are killed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import signal
import time
from asyncio.subprocess import Process
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import Executable, create_engine, select, text

from bot.state.tables import DeliveryRow, UpdateRow
from tests.botapi.server import BotServer
from tests.e2e.killing import FIRST, Bot, Outcome, Sent, answers
from tests.postgres.server import free_port

IN_FLIGHT_SECONDS = 0.2
"""Within which a request that was on its way at a kill has arrived."""

LOOK_SECONDS = 0.1
"""Between looks at how far the bot is."""

_ORPHANS = """SELECT id FROM updates WHERE done_at IS NULL AND process NOT IN (
    SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2
)"""
"""Whose process holds no lock any more."""

_KEPT = ("X-Telegram-Bot-Api-Secret-Token", "Content-Type")


class Balancer:
    """Hands Telegram's calls on to one process after the other; to the next where one is gone."""

    def __init__(self, count: int) -> None:
        self.ports = [free_port() for _ in range(count)]
        self.taken: Counter[int] = Counter()
        """How many calls each port has taken."""
        self.url = ""
        self._turns = itertools.cycle(range(count))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        application = web.Application()
        application.router.add_post("/telegram", self._call)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
        try:
            async with aiohttp.ClientSession() as self._session:
                yield
        finally:
            await runner.cleanup()

    async def _call(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: request.headers[name] for name in _KEPT if name in request.headers}
        first = next(self._turns)
        for port in (*self.ports[first:], *self.ports[:first]):
            url = f"http://127.0.0.1:{port}/telegram"
            with contextlib.suppress(aiohttp.ClientError):
                async with self._session.post(url, data=body, headers=headers) as reply:
                    self.taken[port] += reply.status == 200
                    return web.Response(status=reply.status)
        return web.Response(status=502)


@dataclass(slots=True)
class SharedOutcome(Outcome):
    """Its `window` tells no times; `interrupted` are the questions not dealt with at a kill."""

    disordered: list[int] = field(default_factory=list)
    taken_over: list[float] = field(default_factory=list)
    """Seconds after which nothing undone was an ended process's any more, by kill."""


class SharedLoad:
    """People who ask several questions each, of a bot that is several processes."""

    def __init__(self, server: BotServer, bot: Bot, count: int, people: int, seed: int) -> None:
        self.server = server
        self.balancer = Balancer(count)
        self.outcome = SharedOutcome()
        self._bot = bot
        self._people = people
        self._chance = random.Random(seed)
        self._database = create_engine(bot.database)
        self._askers: list[int] = []
        self._processes: list[Process] = []
        self._stack = contextlib.AsyncExitStack()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """All processes at work, told to stop when the block ends."""
        async with self.balancer.running(), self._stack:
            for place in range(len(self.balancer.ports)):
                self._processes.append(await self._begun(place))
            await self._called(len(self._processes))
            yield
            left = [process for process in self._processes if process.returncode is None]
            for process in left:
                process.send_signal(signal.SIGTERM)
            for process in left:
                await asyncio.wait_for(process.wait(), 60)

    async def _begun(self, place: int) -> Process:
        environment = {
            **self._bot.environment,
            "SELON_WEBHOOK_URL": self.balancer.url,
            "SELON_WEBHOOK_PORT": str(self.balancer.ports[place]),
        }
        bot = replace(self._bot, environment=environment)
        return await self._stack.enter_async_context(bot.running())

    async def _called(self, times: int) -> None:
        await self.server.called("setWebhook", times)

    def ask(self, texts: Sequence[str]) -> None:
        """Somebody asks these, one after the other."""
        person = FIRST + self._chance.randrange(self._people)
        for question in texts:
            self.server.user_says(person, question)
            self._askers.append(person)

    async def answered(self, count: int | None = None, within: float = 120) -> None:
        """Wait until so many questions have an answer, or all."""
        wanted = len(self._askers) if count is None else count
        async with asyncio.timeout(within):
            while self.done < wanted:  # noqa: ASYNC110 - in another process
                await asyncio.sleep(LOOK_SECONDS)

    @property
    def waiting(self) -> int:
        """How many questions have no answer yet."""
        return len(self._askers) - self.done

    @property
    def done(self) -> int:
        dealt_with = select(UpdateRow.id).where(UpdateRow.done_at.is_not(None))
        return len(self._asked_of(dealt_with))

    async def kill(self, place: int) -> None:
        """As `kill -9` does; then wait until the others have taken over what it had in hand."""
        self._processes[place].kill()
        killed = time.monotonic()
        await self._processes[place].wait()
        self.outcome.kills += 1
        await asyncio.sleep(IN_FLIGHT_SECONDS)
        self.outcome.interrupted += self.waiting
        recorded = self._recorded()
        unknown = [update for update in self._taken() if update not in recorded]
        self.outcome.window |= dict.fromkeys(unknown, 0.0)
        while self._asked_of(text(_ORPHANS)):
            assert time.monotonic() < killed + 60, "nobody takes over"
            await asyncio.sleep(LOOK_SECONDS)
        self.outcome.taken_over.append(time.monotonic() - killed)

    async def start_again(self, place: int) -> None:
        before = sum(name == "setWebhook" for name, _ in self.server.calls)
        self._processes[place] = await self._begun(place)
        await self._called(before + 1)

    def judge(self) -> SharedOutcome:
        outcome, recorded = self.outcome, self._recorded()
        outcome.questions = len(self._askers)
        answered = set(recorded.values())
        updates = range(1, len(self._askers) + 1)
        outcome.lost = [number for number in updates if number not in answered]
        outcome.doubled = [update for update in self._taken() if update not in recorded]
        outcome.apologies = sum("Désolé" in message.text for message in self.server.messages)
        orders = defaultdict[int, list[int]](list)
        for sent in sorted(recorded):
            orders[sent[0]].append(recorded[sent])
        outcome.disordered = [chat for chat, order in orders.items() if order != sorted(order)]
        self._database.dispose()
        return outcome

    def _taken(self) -> list[Sent]:
        messages = (answer.message for answer in answers(self.server))
        return [(message.chat_id, message.message_id) for message in messages]

    def _recorded(self) -> dict[Sent, int]:
        """Which update each message that the database knows answers."""
        rows = self._asked_of(select(DeliveryRow.update_id, DeliveryRow.sent))
        return {(self._askers[update - 1], id): update for update, sent in rows for id in sent}

    def _asked_of(self, query: Executable) -> Sequence[Any]:
        with self._database.connect() as connection:
            return connection.execute(query).all()
