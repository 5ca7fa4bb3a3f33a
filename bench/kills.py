"""Kills the bot (`kill -9`) at random moments under load, and counts what people have afterwards.

The real process, with the sample articles and the bundled model, against the tests' Bot API
server. Everybody asks one question. After each kill the database is compared with what the server
had taken by then: only what it does not hold may be said a second time.

    python bench/kills.py [--kills 50] [--seed 1] [--database postgresql]

With `--bots 2`, two processes share the work behind one webhook, on PostgreSQL; one of the two is
killed each time, and the other goes on. Then people ask several questions each.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import _clone  # noqa: F401

from bot.state.database import state_url
from tests.botapi.server import BotServer
from tests.e2e.killing import Bot, Crashes, Outcome
from tests.e2e.several import SharedLoad, SharedOutcome
from tests.postgres.server import running

ROOT = Path(__file__).resolve().parent.parent
SELON = (sys.executable, "-c", "from bot.main import main; main()")
QUESTIONS = (
    "Qui a découvert la pénicilline ?",
    "Quand Marie Curie a-t-elle reçu le prix Nobel ?",
    "Combien de temps a duré la reconstruction de Notre-Dame ?",
    "Où la grotte de Lascaux se trouve-t-elle ?",
    "Quand le Minitel a-t-il été arrêté ?",
    "Qui a déchiffré la pierre de Rosette ?",
    "Quel est le prix du pain à Oslo ?",
    "Where did the Great Fire of London begin?",
)

PEOPLE, AHEAD = 30, 24
"""Of several bots: who asks, and how many questions wait at any time."""


def main() -> int:
    options = _options()
    with TemporaryDirectory(prefix="selon-kills-") as folder, ExitStack() as stack:
        made = environment(Path(folder))
        if options.database == "postgresql":
            server = stack.enter_context(running(durable=True))
            made["SELON_DATABASE_URL"] = stack.enter_context(server.database())
        subprocess.run(
            [*SELON, "index", str(ROOT / "corpus")],
            env=made,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        began = time.monotonic()
        if options.bots > 1:
            shared = asyncio.run(_shared(made, options))
            _say_shared(shared, time.monotonic() - began)
            return 1 if shared.lost or shared.unexplained or shared.disordered else 0
        outcome = asyncio.run(_killed(Path(folder), made, options))
        _say(outcome, time.monotonic() - began)
    return 1 if outcome.lost or outcome.unexplained or outcome.apologies else 0


async def _shared(made: dict[str, str], options: argparse.Namespace) -> SharedOutcome:
    chance = random.Random(options.seed)
    async with BotServer() as server:
        made |= {
            "SELON_TELEGRAM_TOKEN": server.token,
            "SELON_TELEGRAM_API_URL": server.url,
            "SELON_QUESTION_BURST": "0",
        }
        bot = Bot((*SELON, "bot"), made, made["SELON_DATABASE_URL"])
        load = SharedLoad(server, bot, options.bots, PEOPLE, options.seed)

        def ask() -> None:
            while load.waiting < AHEAD:
                load.ask(chance.choices(QUESTIONS, k=chance.randint(1, 4)))

        async with load.running():
            for _ in range(options.kills):
                ask()
                await load.answered(load.done + 1)
                deadline = time.monotonic() + chance.uniform(0, 3)
                while time.monotonic() < deadline:
                    ask()
                    await asyncio.sleep(0.1)
                place = chance.randrange(options.bots)
                await load.kill(place)
                ask()
                await load.start_again(place)
            await load.answered(within=300)
        return load.judge()


async def _killed(folder: Path, made: dict[str, str], options: argparse.Namespace) -> Outcome:
    async with BotServer() as server:
        made |= {
            "SELON_TELEGRAM_TOKEN": server.token,
            "SELON_TELEGRAM_API_URL": server.url,
        }
        database = made.get("SELON_DATABASE_URL") or state_url(None, folder)
        bot = Bot((*SELON, "bot"), made, database)
        return await Crashes(server, bot, QUESTIONS, options.seed).run(options.kills)


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SELON_")}
    cache = os.environ.get("SELON_CACHE_DIR")
    return {
        **kept,
        **({"SELON_CACHE_DIR": cache} if cache else {}),
        "SELON_DATA_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
    }


def _say(outcome: Outcome, seconds: float) -> None:
    window = sorted(outcome.window.values())
    lines = (
        f"{outcome.kills} kills in {seconds:.0f} s, {outcome.questions} questions",
        f"under way when a kill came: {outcome.interrupted}",
        f"unanswered after all: {len(outcome.lost)}, apologies: {outcome.apologies}",
        f"answered twice: {len(outcome.doubled)}, outside the window: {len(outcome.unexplained)}",
        f"taken by the server and not in the database at a kill: {len(window)} "
        f"({', '.join(f'{seconds * 1000:.1f} ms' for seconds in window) or '-'} before it)",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _say_shared(outcome: SharedOutcome, seconds: float) -> None:
    over = sorted(outcome.taken_over)
    lines = (
        f"{outcome.kills} kills in {seconds:.0f} s, {outcome.questions} questions",
        f"under way when a kill came: {outcome.interrupted}",
        f"unanswered after all: {len(outcome.lost)}, apologies: {outcome.apologies}",
        f"answered twice: {len(outcome.doubled)}, outside the window: {len(outcome.unexplained)}",
        f"people whose answers came in another order: {len(outcome.disordered)}",
        f"all that the killed one had was another's after {over[len(over) // 2]:.2f} s (median), "
        f"{over[-1]:.2f} s at most",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--bots", type=int, default=1)
    options = parser.parse_args()
    if options.bots > 1 and options.database != "postgresql":
        parser.error("--bots takes --database postgresql")
    return options


if __name__ == "__main__":
    sys.exit(main())
