"""What the models use, counted by day and person, and the day's budgets kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from bot.errors import SelonError
from bot.errors_models_errors import ModelFailed
from bot.llm.base import Usage
from bot.model_choice import EVERY_MODEL, Price
from bot.state import spending
from bot.state.database import State
from bot.state.spending import Spent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be used in one day, of UTC: tokens, and millionths of a currency unit."""

    tokens: int | None = None
    micros: int | None = None

    @property
    def unlimited(self) -> bool:
        return self.tokens is None and self.micros is None


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """What a call under way may come to use; it counts as used until the call is settled."""

    model: str
    tokens: int
    micros: int


class Ledger:
    """Counts in the database of `opened`, which is opened when first needed, off the event loop.

    A budget is never passed, but by what a server counts above the estimate. When the database
    cannot be used, calls go on uncounted if there is no budget, and none is made if there is one.
    """

    def __init__(
        self,
        opened: Callable[[], State],
        budget: Budget,
        prices: Mapping[str, Price],
        keep_days: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._opened = opened
        self._budget = budget
        self._prices = prices
        self._keep = timedelta(days=keep_days)
        self._now = now
        self._held: list[Hold] = []
        self._lock = threading.Lock()
        self._pruned: date | None = None

    def price(self, model: str) -> Price | None:
        """What a million of a model's tokens costs, if the settings tell."""
        return self._prices.get(model, self._prices.get(EVERY_MODEL))

    def cost(self, model: str, usage: Usage) -> int | None:
        """In millionths of a currency unit; None where the price is unknown."""
        price = self.price(model)
        return price.micros(usage.input, usage.output) if price is not None else None

    def hold(self, model: str, input: int, output: int) -> Hold:
        """What a call may come to use, to be taken before it and settled after it."""
        price = self.price(model)
        return Hold(model, input + output, price.micros(input, output) if price else 0)

    def take(self, hold: Hold) -> None:
        """Before the call. Raises ModelFailed (`budget`)."""
        with self._lock:  # read and taken in one go: two calls cannot take the same last tokens
            if not self._budget.unlimited and not self._allows(hold):
                raise ModelFailed("budget", hold.model)
            self._held.append(hold)

    def settle(self, hold: Hold, usage: Usage | None, person_id: int | None) -> None:
        """After the call: what it used, None when it used nothing."""
        try:
            if usage is not None:
                micros = self.cost(hold.model, usage) or 0
                spent = Spent(1, usage.input, usage.output, micros)
                self._opened().do(
                    partial(
                        spending.add,
                        day=self._now().date(),
                        model=hold.model,
                        spent=spent,
                        person_id=person_id,
                    )
                )
                self._prune()
        except SelonError as error:
            logger.warning("What %s used could not be counted: %s", hold.model, error)
        finally:
            with self._lock, suppress(ValueError):  # it may have been refused
                self._held.remove(hold)

    def spent(self, model: str | None = None) -> Spent:
        """What one model, or all, used today. Raises StateError."""
        return self._opened().do(partial(spending.on, day=self._now().date(), model=model))

    def _allows(self, hold: Hold) -> bool:
        try:
            spent = self.spent()
        except SelonError as error:
            logger.error("No chat model is called, since its budget cannot be read: %s", error)
            return False
        holds = [*self._held, hold]
        tokens = spent.tokens + sum(each.tokens for each in holds)
        micros = spent.micros + sum(each.micros for each in holds)
        most = self._budget
        return (most.tokens is None or tokens <= most.tokens) and (
            most.micros is None or micros <= most.micros
        )

    def _prune(self) -> None:
        """Once a day, drop the days that are too old."""
        day = self._now().date()
        if day != self._pruned:
            self._opened().do(partial(spending.forget_before, day=day - self._keep))
            self._pruned = day
