"""Token and money budgets of the chat models, and daily allowances of questions."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.errors import ModelFailed, SelonError, StateError
from bot.llm.base import ChatModel, DelegatingModel, Request, Usage
from bot.model_choice import EVERY_MODEL, Price
from bot.operations.logs import PublicText
from bot.state import meters, spending
from bot.state.clock import utc_now
from bot.state.database import State
from bot.state.meters import MeterLevel
from bot.state.spending import Spending

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpendingBudget:
    """Limits for one UTC day: tokens, and millionths of a currency unit."""

    tokens: int | None = None
    micros: int | None = None

    @property
    def is_unlimited(self) -> bool:
        return self.tokens is None and self.micros is None


@dataclass(frozen=True, slots=True, eq=False)
class _Hold:
    """The upper bound of a running call's usage, which counts as used until it is settled."""

    model: str
    tokens: int
    micros: int


class SpendingLedger:
    """Counts usage in the database, which `open_state` opens on first use, off the event loop.

    A budget can be exceeded only by as much as servers count above the estimates. If the database
    fails, calls are refused with a budget, and uncounted without one.
    """

    def __init__(
        self,
        open_state: Callable[[], State],
        budget: SpendingBudget,
        prices: Mapping[str, Price],
    ) -> None:
        self._open_state = open_state
        self._budget = budget
        self._prices = prices
        self._holds: list[_Hold] = []
        self._lock = threading.Lock()

    def price(self, model: str) -> Price | None:
        """The price of a model, if it is set."""
        return self._prices.get(model, self._prices.get(EVERY_MODEL))

    def cost(self, model: str, usage: Usage) -> int | None:
        """The cost in millionths of a currency unit; None if the price is unknown."""
        price = self.price(model)
        return price.micros(usage.input, usage.output) if price is not None else None

    def hold(self, model: str, input: int, output: int) -> _Hold:
        """The upper bound of a call's usage, to `take` before it and `settle` after it."""
        price = self.price(model)
        return _Hold(model, input + output, price.micros(input, output) if price else 0)

    def take(self, hold: _Hold) -> None:
        """Reserve before a call. Raises ModelFailed (`budget`)."""
        with self._lock:
            if not self._budget.is_unlimited and not self._allows(hold):
                raise ModelFailed("budget", hold.model)
            self._holds.append(hold)

    def settle(self, hold: _Hold, usage: Usage | None) -> None:
        """Record a call's usage, if any, and release its hold."""
        try:
            if usage is not None:
                micros = self.cost(hold.model, usage) or 0
                spent, day = Spending(1, usage.input, usage.output, micros), utc_now().date()
                add = partial(spending.add_spending, day=day, model=hold.model, spent=spent)
                self._open_state().do(add)
        except SelonError as error:
            logger.warning("What %s used could not be counted: %s", PublicText(hold.model), error)
        finally:
            with self._lock, suppress(ValueError):  # a refused call holds nothing
                self._holds.remove(hold)

    def spent(self) -> Spending:
        """Today's usage of all models. Raises StateError."""
        return self._open_state().do(partial(spending.on, day=utc_now().date()))

    def _allows(self, hold: _Hold) -> bool:
        try:
            spending_today = self.spent()
        except SelonError as error:
            logger.error("No chat model is called, since its budget cannot be read: %s", error)
            return False
        holds = [*self._holds, hold]
        tokens = spending_today.tokens + sum(hold.tokens for hold in holds)
        micros = spending_today.micros + sum(hold.micros for hold in holds)
        budget = self._budget
        return (budget.tokens is None or tokens <= budget.tokens) and (
            budget.micros is None or micros <= budget.micros
        )


_payer: ContextVar[int | None] = ContextVar("payer", default=None)


@contextmanager
def on_behalf_of(payer: int) -> Iterator[None]:
    """Count the calls of this block, including its tasks and threads, against the allowance of a
    person, or of an address that people share."""
    token = _payer.set(payer)
    try:
        yield
    finally:
        _payer.reset(token)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A limit of questions to the models per person and UTC day; erasing one's data does not reset
    it.

    Uses the database, off the event loop. Raises StateError.
    """

    open_state: Callable[[], State]
    answers: int
    now: Callable[[], datetime] = utc_now

    def remaining(self, person_id: int) -> int:
        """The number of answers left for a person today."""
        return self.open_state().do(partial(self._remaining, key=_key(person_id), now=self.now()))

    def take(self, person_id: int) -> None:
        key, now = _key(person_id), self.now()

        def count(session: Session) -> None:
            remaining = self._remaining(session, key, now)
            meters.save_meters(session, {key: MeterLevel(remaining - 1, now)})

        self.open_state().do(count)

    def _remaining(self, session: Session, key: str, now: datetime) -> int:
        meter = meters.load_meter(session, key)
        if meter is None or meter.at.date() != now.date():
            return self.answers
        return min(self.answers, round(meter.tokens))


class RationedModel(DelegatingModel):
    """Applies the allowance of the current person to a chat model; without one, does nothing."""

    def __init__(self, model: ChatModel, allowance: Allowance) -> None:
        super().__init__(model)
        self._allowance = allowance

    async def reply(self, request: Request) -> str:
        person = None if request.uncounted else _payer.get()
        if person is not None:
            try:
                remaining = await asyncio.to_thread(self._allowance.remaining, person)
            except StateError as error:
                logger.error("A model is asked although it cannot be counted: %s", error)
                person = None
            else:
                if remaining <= 0:
                    raise ModelFailed("allowance", self.name)
        reply = await self._model.reply(request)
        if person is not None:
            try:
                await asyncio.to_thread(self._allowance.take, person)
            except StateError as error:
                logger.error("A model's answer could not be counted: %s", error)
        return reply


def _key(person_id: int) -> str:
    return f"written:{person_id}"
