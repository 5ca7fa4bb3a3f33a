"""`kill -9` under load: no question unanswered, and no second reply but in the documented window.

`bench/kills.py` does the same with the real index and model, fifty times.
"""

from __future__ import annotations

import pytest

from tests.botapi.server import BotServer
from tests.e2e.database import database_url
from tests.e2e.killing import Bot, Crashes, program_bot
from tests.e2e.telegram import QUESTION

PROGRAM = """
from tests.e2e.telegram import QUESTION, fresnel_chain, run_bot, slowly

chain = fresnel_chain()
chain.answers[QUESTION] = slowly(chain.answers[QUESTION], 0.02)
run_bot(chain)
"""


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "sqlite":
        monkeypatch.setenv("SELON_DATABASE_URL", request.getfixturevalue("postgres"))
    return database_url()


@pytest.fixture
def bot(server: BotServer, database: str) -> Bot:
    return program_bot(PROGRAM, server, database)


@pytest.mark.parametrize(
    ("database", "kills"),
    [
        ("sqlite", 1),
        pytest.param("sqlite", 100, marks=pytest.mark.soak),
        pytest.param("postgresql", 100, marks=pytest.mark.soak),
    ],
    indirect=["database"],
)
async def test_a_bot_that_is_killed_again_and_again_answers_everybody(
    server: BotServer, bot: Bot, kills: int
) -> None:
    outcome = await Crashes(server, bot, [QUESTION], seed=1).run(kills, longest=0.4)
    assert outcome.kills == kills
    assert outcome.interrupted > 0
    assert outcome.lost == []
    assert outcome.apologies == 0
    assert outcome.unexplained == []
    assert len(outcome.doubled) <= len(outcome.window)
