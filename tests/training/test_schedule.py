"""The learning rate over a run."""

from __future__ import annotations

from itertools import pairwise

import pytest

from training.schedule import ClockBudget, StepBudget, rate_factor


def test_the_rate_rises_stays_and_falls() -> None:
    budget = StepBudget(steps=100, decay_steps=20)
    rates = [rate_factor(step, 10, budget.decay_share(step)) for step in range(101)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert set(rates[10:80]) == {1.0}
    assert all(later < earlier for earlier, later in pairwise(rates[80:]))
    assert rates[100] == 0


def test_a_run_that_decays_from_its_first_step_is_warmed_up_all_the_same() -> None:
    budget = StepBudget(steps=100, decay_steps=100)
    rates = [rate_factor(step, 10, budget.decay_share(step)) for step in range(101)]
    assert rates[0] == 0.1
    assert max(rates) == rates[9] < 1


def test_a_run_without_decay_ends_at_its_last_step() -> None:
    budget = StepBudget(steps=5, decay_steps=0)
    assert [budget.decay_share(step) for step in (0, 4, 5)] == [-1, -1, 1]


def test_a_clock_decides_by_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    budget = ClockBudget(minutes=10, decay_minutes=4)
    assert budget.decay_share(0) == -1
    now += 8 * 60
    assert budget.decay_share(0) == pytest.approx(0.5)
    now += 2 * 60
    assert budget.decay_share(0) == pytest.approx(1)
