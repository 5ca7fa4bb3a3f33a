"""A chat model, asked: what it says, and what becomes of everything that can go wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from bot.errors import ModelFailed, ModelFault
from bot.llm.budget import SpendingLedger
from bot.llm.hosted_model import Breaker
from bot.state import spending
from bot.state.database import State
from tests.bot.llm.conftest import Opened, fault_of, request, said
from tests.bot.llm.server import (
    Behaviour,
    cuts_off,
    keeps_silent,
    refuses,
    says,
    serving,
    serving_apart,
    writes,
)

SECRET = "sk-very-secret-key"


async def test_half_a_character_becomes_a_mark(opened: Opened) -> None:
    async with serving(says("Oui \ud83d")) as server:
        assert await said(opened(server.url)) == "Oui \ufffd"


async def test_a_key_is_not_sent_elsewhere(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    async with serving(says("Oui.")) as server:
        await said(opened(server.url))
        assert SECRET not in str(server.keys)


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (refuses(401), "refused"),
        (refuses(404), "missing"),
        (refuses(400), "rejected"),
        (refuses(429), "rate"),
        (refuses(500), "server"),
        (refuses(400, "This model's maximum context length is 4096 tokens."), "context"),
        (cuts_off(), "connection"),
        (writes("[1, 2]"), "malformed"),
        (writes('{"id": "1"}'), "malformed"),
        (writes("<html>502</html>", kind="text/html"), "malformed"),
        (writes('{"error": {"message": "overloaded", "code": 500}}'), "malformed"),
        (says(""), "malformed"),
        (keeps_silent(), "timeout"),
        (says("tard", seconds=5), "timeout"),
    ],
)
async def test_each_fault_has_its_name(opened: Opened, behaviour: Behaviour, kind: str) -> None:
    async with serving(behaviour) as server:
        seconds = 0.7 if kind == "timeout" else 60
        model = opened(server.url, chat_retries=0, chat_timeout=seconds)
        fault = await fault_of(model)
    assert (fault.kind, fault.model) == (kind, "openai:scripted")


async def test_key_and_text_stay_private(opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    behaviours = (refuses(401, f"bad key {SECRET} for braille"), cuts_off(), says("Louis"))
    async with serving(*behaviours) as server:
        model = opened(server.url, chat_key=SECRET, chat_retries=0)
        for _ in range(2):
            logging.getLogger("a").error("failed", exc_info=await fault_of(model))
        await said(model)
    told = caplog.text.lower()
    assert "refused (401)" in told
    for hidden in (SECRET, "braille", "louis", "réponds"):
        assert hidden not in told, hidden


async def test_a_call_that_still_runs_is_settled_before_the_model_is_closed(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled = []
    settle = SpendingLedger.settle

    def settle_slowly(*arguments: Any) -> None:
        time.sleep(0.3)
        settle(*arguments)
        settled.append(arguments)

    monkeypatch.setattr(SpendingLedger, "settle", settle_slowly)
    async with serving(keeps_silent()) as server:
        model = opened(server.url)
        asking = asyncio.create_task(said(model, limit=10_000))
        await server.reached.wait()
        await asyncio.to_thread(model.close)
        assert len(settled) == 1
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_a_server_that_asks_to_wait_is_waited_for(opened: Opened) -> None:
    async with serving(refuses(429, headers={"Retry-After": "1"}), says("Oui.")) as server:
        began = time.monotonic()
        assert await said(opened(server.url)) == "Oui."
        assert time.monotonic() - began >= 1


@pytest.mark.parametrize(
    "after",
    ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2025 00:00:00 +9" + "9" * 20],
)
async def test_a_wait_until_no_day_that_there_is_is_none(opened: Opened, after: str) -> None:
    async with serving(refuses(429, headers={"Retry-After": after})) as server:
        assert (await fault_of(opened(server.url, chat_retries=0))).kind == "rate"


async def test_a_wrong_key_is_not_tried_twice(opened: Opened) -> None:
    async with serving(refuses(401)) as server:
        await fault_of(opened(server.url, chat_retries=3))
        assert len(server.bodies) == 1


async def test_a_dead_model_is_left_alone(opened: Opened) -> None:
    async with serving(refuses(500)) as server:
        model = opened(server.url, chat_retries=0)
        kinds = [(await fault_of(model)).kind for _ in range(5)]
        assert kinds == ["server"] * 3 + ["paused"] * 2
        assert len(server.bodies) == 3


async def test_cancelling_the_task_ends_the_call(opened: Opened) -> None:
    async with serving(keeps_silent()) as server:
        task = asyncio.create_task(said(opened(server.url), limit=10_000))
        while not server.bodies:  # noqa: ASYNC110 - asked on another thread
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.left.wait(), 30)


async def test_a_call_that_was_stopped_counts_and_harms_not(opened: Opened, state: State) -> None:
    async with serving(keeps_silent(), says("Oui.")) as server:
        model = opened(server.url)
        stopped = request(10_000)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(model.reply(stopped), 0.5)
        assert stopped.usage is not None
        assert await said(model) == "Oui."
    spent = state.do(partial(spending.on, day=datetime.now(UTC).date()))
    assert (spent.calls, spent.tokens > 18) == (2, True)


def test_answers_are_wanted_on_loops_that_come_and_go(opened: Opened) -> None:
    async def ask_thrice() -> list[str]:
        return await asyncio.gather(*(said(model) for _ in range(3)))

    with serving_apart(says("Oui.")) as server:
        model = opened(server.url)
        for _ in range(3):
            assert asyncio.run(ask_thrice()) == ["Oui."] * 3


@pytest.mark.parametrize(
    "budget",
    [{"chat_budget_tokens": 600}, {"chat_budget_money": 0.002, "chat_prices": "2/10"}],
    ids=["tokens", "money"],
)
async def test_over_the_budget_no_call_is_made(opened: Opened, budget: dict[str, Any]) -> None:
    async with serving(says("Oui.", usage=(300, 200))) as server:
        model = opened(server.url, **budget)
        await said(model)
        assert (await fault_of(model)).kind == "budget"
        assert len(server.bodies) == 1


MODEL = "openai:m"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker, kind: ModelFault = "server", after: float | None = None) -> None:
    breaker.enter()
    breaker.fail(ModelFailed(kind, MODEL, retry_after=after))


def refused(breaker: Breaker) -> float | None:
    """Seconds that it is still left alone; None when it may be called."""
    try:
        breaker.enter()
    except ModelFailed as failure:
        return failure.retry_after if failure.kind == "paused" else -1.0
    return None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(MODEL, failures=3, pause=60, clock=clock)


def test_it_opens_after_failures_in_a_row(breaker: Breaker) -> None:
    fail(breaker)
    fail(breaker)
    breaker.enter()
    breaker.succeed()
    for _ in range(3):
        assert breaker.state == "closed"
        fail(breaker)
    assert breaker.state == "open"
    assert refused(breaker) == 60


def test_after_the_pause_one_call_tries_it_again(breaker: Breaker, clock: Clock) -> None:
    for _ in range(3):
        fail(breaker)
    clock.now += 61
    breaker.enter()
    assert breaker.state == "trying"
    assert refused(breaker) == 0  # the others wait for it
    breaker.fail(ModelFailed("server", MODEL))
    assert refused(breaker) == 60
    clock.now += 61
    breaker.enter()
    breaker.succeed()
    assert breaker.state == "closed"
    assert refused(breaker) is None


def test_a_server_that_asks_to_wait_is_left_alone_at_once(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, "rate", after=5)
    assert refused(breaker) == 5
    clock.now += 5
    assert refused(breaker) is None


@pytest.mark.parametrize("kind", ["context", "rejected", "cancelled", "budget"])
def test_what_is_not_the_models_fault_does_not_count(breaker: Breaker, kind: ModelFault) -> None:
    for _ in range(9):
        fail(breaker, kind)
    assert breaker.state == "closed"
