"""The learning rate: warm-up, a constant phase of any length, a short decay.

Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations" (2024): a
constant rate with a decay of one minus the square root is as good as a cosine, without a duration
fixed in advance.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from math import sqrt
from typing import Protocol


class Budget(Protocol):
    """Duration of a run."""

    def decay_share(self, done: int) -> float:
        """Return the progress of the decay after `done` steps: from 0 to 1, -1 before it."""
        ...


@dataclass(frozen=True, slots=True)
class StepBudget:
    """A number of steps, the last of them decaying. Repeats exactly."""

    steps: int
    decay_steps: int

    def decay_share(self, done: int) -> float:
        over = done - (self.steps - self.decay_steps)
        if over < 0:
            return -1.0
        return over / self.decay_steps if self.decay_steps else 1.0


@dataclass(frozen=True, slots=True)
class ClockBudget:
    """A number of minutes from now, the last of them decaying."""

    minutes: float
    decay_minutes: float
    started: float = field(default_factory=time.monotonic)

    def decay_share(self, done: int) -> float:
        over = (time.monotonic() - self.started) / 60 - (self.minutes - self.decay_minutes)
        if over < 0:
            return -1.0
        return over / self.decay_minutes if self.decay_minutes else 1.0


def rate_factor(step: int, warmup: int, decay_share: float) -> float:
    """Return the factor of the peak learning rate, 0 to 1; `step` counts over all runs."""
    warm = min(1.0, (step + 1) / warmup)
    return warm * (1 - sqrt(min(1.0, decay_share))) if decay_share >= 0 else warm
