"""Written answers are counted by person and day, and end where the settings say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from bot.errors import ModelFailed, StateError
from bot.llm.base import PromptMessage, Request
from bot.llm.budget import Allowance, RationedModel, on_behalf_of
from bot.state import people, privacy
from bot.state.database import State
from tests.bot.llm.fakes import Scripted

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REQUEST = Request((PromptMessage("user", "Qui ?"),), 50)


def ration(model: Scripted, state: State, most: int = 2, now: datetime = NOON) -> RationedModel:
    return RationedModel(model, Allowance(lambda: state, most, lambda: now))


async def written(rationed: RationedModel, person: int = 7) -> str:
    """An answer; `-` where the person has had theirs."""
    try:
        with on_behalf_of(person):
            return await rationed.reply(REQUEST)
    except ModelFailed as failure:
        return {"allowance": "-", "server": "!"}[failure.kind]


async def test_each_person_has_so_many_a_day(state: State) -> None:
    model = Scripted("Louis Braille")
    rationed = ration(model, state)
    assert [await written(rationed) for _ in range(3)] == ["Louis Braille"] * 2 + ["-"]
    assert await written(rationed, 8) == "Louis Braille"
    assert len(model.calls) == 3
    next_day = ration(model, state, now=NOON + timedelta(hours=12))  # of UTC
    assert [await written(next_day) for _ in range(3)] == ["Louis Braille"] * 2 + ["-"]


def test_an_answer_at_midnight_is_not_of_the_next_day(state: State) -> None:
    midnight = NOON + timedelta(hours=12)
    times = iter((NOON, NOON, midnight))
    allowance = Allowance(lambda: state, 2, lambda: next(times))
    allowance.take(7)
    allowance.take(7)
    assert Allowance(lambda: state, 2, lambda: midnight).remaining(7) == 2


async def test_a_model_that_gave_nothing_costs_nothing(state: State) -> None:
    broken = ration(Scripted(ModelFailed("server", "fake:writer")), state)
    assert [await written(broken) for _ in range(3)] == ["!"] * 3
    assert await written(ration(Scripted("Lui."), state)) == "Lui."


async def test_neither_a_restart_nor_erasing_oneself_gives_them_back(state: State) -> None:
    state.do(partial(people.note_person, person_id=7, now=NOON))
    assert await written(ration(Scripted("Lui."), state, 1)) == "Lui."
    state.do(partial(privacy.erase_person, person_id=7))
    assert await written(ration(Scripted("Lui."), state, 1)) == "-"


async def test_where_nothing_can_be_counted_answers_are_written() -> None:
    def broken() -> State:
        raise StateError("database-closed", subject="state.sqlite")

    assert await written(RationedModel(Scripted("Lui."), Allowance(broken, 1))) == "Lui."
