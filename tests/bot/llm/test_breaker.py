"""A model that keeps failing is left alone for a while."""

from __future__ import annotations

import pytest

from bot.errors import ModelFailed, ModelFault
from bot.llm.hosted_model import Breaker

MODEL = "openai:m"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

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


def test_after_the_pause_one_call_tries_again(breaker: Breaker, clock: Clock) -> None:
    for _ in range(3):
        fail(breaker)
    clock.now += 61
    breaker.enter()
    assert breaker.state == "trying"
    assert refused(breaker) == 0  # the others wait for it
    breaker.succeed()
    assert breaker.state == "closed"
    assert refused(breaker) is None


def test_a_trial_that_fails_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    for _ in range(3):
        fail(breaker)
    clock.now += 61
    fail(breaker)
    assert refused(breaker) == 60


def test_a_trial_that_somebody_ends_leaves_the_next_to_try(breaker: Breaker, clock: Clock) -> None:
    for _ in range(3):
        fail(breaker)
    clock.now += 61
    breaker.enter()
    breaker.abandon()
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
