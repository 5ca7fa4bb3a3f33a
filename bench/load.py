"""Two hundred people, four hundred questions, two minutes: what each waits for.

The real process, with the sample articles and the bundled model, against the tests' Bot API server
on this machine. In the first and the last quarter everybody asks in their own time; in the two
between, somebody else keeps forty questions waiting meanwhile. (Conversations and the database grow
all the while: in this order that weighs on both alike.) No limits are set, so that the queue alone
is fair.

    python bench/load.py [--people 200] [--questions 400] [--seconds 120]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from kills import QUESTIONS, ROOT, SELON, environment

from bot.state.database import state_url
from tests.botapi.server import BotServer
from tests.e2e.killing import NOTICES, Bot, answers

FLOODER, FLOOD = 9_999, 40
PERSON = 1_000
PORT = 9465
LEFT_SECONDS = 60.0
LOOK_SECONDS = 0.05


def main() -> int:
    options = _options()
    with TemporaryDirectory(prefix="selon-load-") as name:
        folder = Path(name)
        made = environment(folder)
        command = [*SELON, "index", str(ROOT / "corpus")]
        subprocess.run(command, env=made, cwd=folder, check=True, capture_output=True)
        return asyncio.run(_loaded(folder, made, options))


@dataclass(frozen=True, slots=True)
class Part:
    """What a part gave: waits of everybody but the flooder in seconds, and memory in MB."""

    name: str
    waits: Sequence[float]
    memory: int
    flooded: int

    def quantile(self, share: float) -> float:
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        return (
            f"{self.name}: {len(self.waits)} questions, p50 {self.quantile(0.5) * 1000:.0f} ms, "
            f"p95 {self.quantile(0.95) * 1000:.0f} ms, longest {max(self.waits) * 1000:.0f} ms; "
            f"of the flood: {self.flooded}; memory {self.memory} MB"
        )

    def __add__(self, other: Part) -> Part:
        waits, flooded = [*self.waits, *other.waits], self.flooded + other.flooded
        return Part(self.name, waits, max(self.memory, other.memory), flooded)


class Load:
    """People who ask, and what they got."""

    def __init__(self, server: BotServer, process_id: int, options: argparse.Namespace) -> None:
        self._server = server
        self._process_id = process_id
        self._options = options
        self._chance = random.Random(1)
        self.asked: defaultdict[int, list[float]] = defaultdict(list)
        self.answers: defaultdict[int, list[float]] = defaultdict(list)
        self._read = 0

    async def quarter(self, name: str, *, flood: bool) -> Part:
        """A quarter of the questions, at moments of no pattern; then wait for the answers."""
        count, seconds = self._options.questions // 4, self._options.seconds / 4
        before = {chat: len(asked) for chat, asked in self.asked.items()}
        people = [PERSON + number % self._options.people for number in range(count)]
        self._chance.shuffle(people)
        began, before_flood = time.monotonic(), len(self.answers[FLOODER])
        moments = sorted(self._chance.uniform(0, seconds) for _ in people)
        for person, moment in zip(people, moments, strict=True):
            while (left := began + moment - time.monotonic()) > 0:
                if flood:
                    self._flood()
                await asyncio.sleep(min(left, LOOK_SECONDS))
            self.ask(person)
        flooded = len(self.answers[FLOODER]) - before_flood
        await self.answered(*set(people))
        waits = [
            self.answers[chat][number] - self.asked[chat][number]
            for chat in set(people)
            for number in range(before.get(chat, 0), len(self.asked[chat]))
            if number < len(self.answers[chat])
        ]
        return Part(name, waits, _memory(self._process_id), flooded)

    def look(self) -> None:
        """Take in when each chat got its answers, so far."""
        new = answers(self._server)[self._read :]
        for answer in new:
            self.answers[answer.message.chat_id].append(answer.at)
        self._read += len(new)

    def ask(self, chat: int) -> None:
        self.asked[chat].append(time.time())
        self._server.user_says(chat, self._chance.choice(QUESTIONS))

    def _flood(self) -> None:
        self.look()
        for _ in range(FLOOD - (len(self.asked[FLOODER]) - len(self.answers[FLOODER]))):
            self.ask(FLOODER)

    async def answered(self, *chats: int) -> None:
        """Wait until these have all their answers."""
        deadline = time.monotonic() + LEFT_SECONDS
        while time.monotonic() < deadline:
            self.look()
            if all(len(self.answers[chat]) >= len(self.asked[chat]) for chat in chats):
                return
            await asyncio.sleep(LOOK_SECONDS)


async def _loaded(folder: Path, made: dict[str, str], options: argparse.Namespace) -> int:
    async with BotServer() as server:
        made |= {
            "SELON_TELEGRAM_TOKEN": server.token,
            "SELON_TELEGRAM_API_URL": server.url,
            "SELON_QUESTION_BURST": "0",
            "SELON_METRICS_PORT": str(PORT),
        }
        busy = os.getloadavg()[0]
        async with Bot((*SELON, "bot"), made, state_url(None, folder)).running() as process:
            await server.called("getUpdates", within=60)
            load = Load(server, process.pid, options)
            for number in range(20):  # the model is warm before anything counts
                load.ask(PERSON + options.people + number)
            await load.answered(*load.asked)
            first = await load.quarter("everybody in their own time", flood=False)
            flooded = await load.quarter("while somebody floods", flood=True)
            flooded += await load.quarter("while somebody floods", flood=True)
            await load.answered(FLOODER)
            last = await load.quarter("everybody in their own time", flood=False)
            alone = first + last
            async with httpx.AsyncClient() as client:
                figures = (await client.get(f"http://127.0.0.1:{PORT}/metrics")).text
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            await asyncio.wait_for(process.wait(), 20)
            stopped = time.monotonic() - began
    load.look()
    got = load.answers
    lost = sum(max(0, len(questions) - len(got[c])) for c, questions in load.asked.items())
    doubled = sum(max(0, len(got[c]) - len(load.asked[c])) for c in got)
    moved = flooded.quantile(0.95) / alone.quantile(0.95) - 1
    apologies = sum("Désolé" in message.text for message in server.messages)
    print(f"{os.cpu_count()} cores, load average before: {busy:.1f}")
    print(first, flooded, last, sep="\n")
    print(
        f"p95 alone (both quarters) {alone.quantile(0.95) * 1000:.0f} ms; "
        f"the flood moves it by {moved:+.0%}"
    )
    notices = sum(answer.message.text in NOTICES for answer in server.accepted)
    print(f"told that others are before them: {notices}")
    print(f"lost: {lost}, doubled: {doubled}, apologies: {apologies}; stopped in {stopped:.1f} s")
    print(*re.findall(r"^selon_record_seconds_(?:bucket|count).*$", figures, re.M), sep="\n")
    return 1 if lost or doubled or apologies else 0


def _memory(process_id: int) -> int:
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) // 1024


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=120)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
