"""Two processes of one bot behind one webhook, on one database: the work is shared, and done once
and in order, also when one of them is killed. `bench/kills.py --bots 2` does it with the model."""

from __future__ import annotations

import random

import pytest

from tests.botapi.server import BotServer
from tests.e2e.killing import FIRST, Bot, program_bot
from tests.e2e.several import SharedLoad

PEOPLE = 30
PROGRAM = """
import re
from tests.bot.messenger.samples import answered, article, cite
from tests.e2e.telegram import StubChain, run_bot, slowly

lamps = [f"La lampe {number} s’allume." for number in range(1, 1_001)]
journal = article(" ".join(lamps))

class Chain(StubChain):
    def _invoke(self, said):
        number = int(re.search("[0-9]+", said.question)[0])
        return slowly(answered(said.question, cite(1, lamps[number - 1], journal)), 0.03)()

run_bot(Chain(), journal)
"""


@pytest.fixture
def bot(server: BotServer, postgres: str) -> Bot:
    return program_bot(PROGRAM, server, postgres, DATABASE_URL=postgres, QUESTION_BURST="0")


@pytest.mark.parametrize("questions", [60, pytest.param(1_000, marks=pytest.mark.soak)])
async def test_two_processes_share_the_work_and_one_goes_on_where_the_other_is_killed(
    server: BotServer, bot: Bot, questions: int
) -> None:
    load, chance, asked = SharedLoad(server, bot, 2, PEOPLE, seed=1), random.Random(1), 0

    def ask(until: int) -> None:
        nonlocal asked
        while asked < until:
            burst = range(asked + 1, min(until, asked + chance.randint(1, 4)) + 1)
            load.ask([f"Quelle lampe s’allume, la {number} ?" for number in burst])
            asked = burst[-1]

    async with load.running():
        ask(questions // 2)
        await load.answered(questions // 6)
        await load.kill(0)
        ask(3 * questions // 4)
        await load.start_again(0)
        ask(questions)
        await load.answered(5 * questions // 6)
        await load.kill(1)
        await load.answered()
    outcome = load.judge()
    assert outcome.kills == 2
    assert outcome.interrupted > 0
    assert min(load.balancer.taken[port] for port in load.balancer.ports) > questions // 6
    assert outcome.lost == []
    assert outcome.apologies == 0
    assert outcome.unexplained == []
    assert outcome.disordered == []
    for person in range(FIRST, FIRST + PEOPLE):
        said = [message for message in server.messages if message.chat_id == person]
        numbers = [
            int(message.text.split("La lampe ")[1].split()[0])
            for message in said
            if (person, message.message_id) not in outcome.doubled
        ]
        assert numbers == sorted(set(numbers))
