"""The learning rate: warm-up, a constant stretch that may go on at any time, a short decay.

Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations" (2024):
a constant rate with a cool-down of one minus the square root reaches what a cosine does, without
knowing beforehand how long training lasts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import sqrt
from typing import Protocol


class Budget(Protocol):
    """How long one run may take."""

    def decay_share(self, done: int) -> float:
        """How much of the decay is over after `done` steps of this run: 1 ends it, -1: not yet."""
        ...


@dataclass(frozen=True, slots=True)
class StepBudget:
    """So many steps, the last of them decaying. Repeats exactly."""

    steps: int
    decay_steps: int

    def decay_share(self, done: int) -> float:
        before = self.steps - self.decay_steps
        return (
            (done - before) / self.decay_steps
            if done >= before and self.decay_steps
            else (1.0 if done >= self.steps else -1.0)
        )


@dataclass(frozen=True, slots=True)
class ClockBudget:
    """So many minutes from now, the last of them decaying."""

    minutes: float
    decay_minutes: float
    started: float = field(default_factory=lambda: time.monotonic())

    def decay_share(self, done: int) -> float:
        over = (time.monotonic() - self.started) / 60 - (self.minutes - self.decay_minutes)
        if self.decay_minutes == 0:
            return 1.0 if over >= 0 else -1.0
        return over / self.decay_minutes if over >= 0 else -1.0


def rate_factor(step: int, warmup: int, decay_share: float) -> float:
    """What the highest learning rate is multiplied with, 0 to 1; `step` counts over all runs."""
    warm = min(1.0, (step + 1) / warmup)
    return warm * (1 - sqrt(min(1.0, decay_share))) if decay_share >= 0 else warm
