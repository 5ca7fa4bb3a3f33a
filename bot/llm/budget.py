"""What the models use, counted by day and person, and the day's budgets kept."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy.orm import Session

from bot.errors import ModelFailed, SelonError, StateError
from bot.llm.base import ChatModel, Request, Usage
from bot.model_choice import EVERY_MODEL, Price
from bot.operations.logs import PublicText
from bot.state import meters, spending
from bot.state.database import State
from bot.state.meters import KeptMeter
from bot.state.spending import Spent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpendingBudget:
    """What may be used in one day, of UTC: tokens, and millionths of a currency unit."""

    tokens: int | None = None
    micros: int | None = None

    @property
    def unlimited(self) -> bool:
        return self.tokens is None and self.micros is None


@dataclass(frozen=True, slots=True, eq=False)
class _Hold:
    """What a call under way may come to use; it counts as used until the call is settled."""

    model: str
    tokens: int
    micros: int


class SpendingLedger:
    """Counts in the database of `opened`, which is opened when first needed, off the event loop.

    A budget is never passed, but by what a server counts above the estimate. When the database
    cannot be used, calls go on uncounted if there is no budget, and none is made if there is one.
    """

    def __init__(
        self,
        opened: Callable[[], State],
        budget: SpendingBudget,
        prices: Mapping[str, Price],
        keep_days: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._opened = opened
        self._budget = budget
        self._prices = prices
        self._keep = timedelta(days=keep_days)
        self._now = now
        self._held: list[_Hold] = []
        self._lock = threading.Lock()
        self._pruned: date | None = None

    def price(self, model: str) -> Price | None:
        """What a million of a model's tokens costs, if the settings tell."""
        return self._prices.get(model, self._prices.get(EVERY_MODEL))

    def cost(self, model: str, usage: Usage) -> int | None:
        """In millionths of a currency unit; None where the price is unknown."""
        price = self.price(model)
        return price.micros(usage.input, usage.output) if price is not None else None

    def hold(self, model: str, input: int, output: int) -> _Hold:
        """What a call may come to use, to be taken before it and settled after it."""
        price = self.price(model)
        return _Hold(model, input + output, price.micros(input, output) if price else 0)

    def take(self, hold: _Hold) -> None:
        """Before the call. Raises ModelFailed (`budget`)."""
        with self._lock:  # read and taken in one go: two calls cannot take the same last tokens
            if not self._budget.unlimited and not self._allows(hold):
                raise ModelFailed("budget", hold.model)
            self._held.append(hold)

    def settle(self, hold: _Hold, usage: Usage | None, person_id: int | None) -> None:
        """After the call: what it used, None when it used nothing."""
        try:
            if usage is not None:
                micros = self.cost(hold.model, usage) or 0
                spent = Spent(1, usage.input, usage.output, micros)
                self._opened().do(
                    partial(
                        spending.add_spending,
                        day=self._now().date(),
                        model=hold.model,
                        spent=spent,
                        person_id=person_id,
                    )
                )
                self._prune()
        except SelonError as error:
            logger.warning("What %s used could not be counted: %s", PublicText(hold.model), error)
        finally:
            with self._lock, suppress(ValueError):  # it may have been refused
                self._held.remove(hold)

    def spent(self, model: str | None = None) -> Spent:
        """What one model, or all, used today. Raises StateError."""
        return self._opened().do(partial(spending.on, day=self._now().date(), model=model))

    def _allows(self, hold: _Hold) -> bool:
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
            self._opened().do(partial(spending.forget_spending_before, day=day - self._keep))
            self._pruned = day


_asker: ContextVar[int | None] = ContextVar("asker", default=None)


@contextmanager
def asked_by(person_id: int) -> Iterator[None]:
    """Calls made in this block, in its tasks and threads too, count as this person's."""
    token = _asker.set(person_id)
    try:
        yield
    finally:
        _asker.reset(token)


def current_asker() -> int | None:
    """The person answered here; None in the terminal."""
    return _asker.get()


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Counted in the database, beside the limits of messages: erasing oneself gives nothing back.

    A day is one of UTC. Off the event loop. Raises StateError.
    """

    opened: Callable[[], State]
    answers: int
    now: Callable[[], datetime] = _utc

    def left(self, person_id: int) -> int:
        """How many more may be written for somebody today."""
        return self.opened().do(partial(self._left, person_id=person_id))

    def take(self, person_id: int) -> None:
        """One more has begun."""

        def count(session: Session) -> None:
            left = self._left(session, person_id)
            meters.save_meters(session, {_key(person_id): KeptMeter(left - 1, self.now())})

        self.opened().do(count)

    def _left(self, session: Session, person_id: int) -> int:
        meter = meters.load_meter(session, _key(person_id))
        if meter is None or meter.at.date() != self.now().date():
            return self.answers
        return min(self.answers, round(meter.left))


class Rationed:
    """A chat model that writes no more for the person being answered than their allowance.

    What nobody asks, and the terminal, are not counted.
    """

    def __init__(self, model: ChatModel, allowance: Allowance) -> None:
        self._model = model
        self._allowance = allowance

    @property
    def name(self) -> str:
        return self._model.name

    async def structured(self) -> bool:
        return await self._model.structured()

    async def stream(self, request: Request) -> AsyncGenerator[str, None]:
        """As the model's. Raises ModelFailed (`allowance`)."""
        person = None if request.aside else current_asker()
        if person is not None and not await self._may(person):
            raise ModelFailed("allowance", self.name)
        begun = False
        stream = cast("AsyncGenerator[str, None]", self._model.stream(request))
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                if person is not None and not begun:
                    await self._took(person)
                begun = True
                yield piece

    async def _may(self, person_id: int) -> bool:
        try:
            return await asyncio.to_thread(self._allowance.left, person_id) > 0
        except StateError as error:
            logger.error("An answer is written although it cannot be counted: %s", error)
            return True

    async def _took(self, person_id: int) -> None:
        try:
            await asyncio.to_thread(self._allowance.take, person_id)
        except StateError as error:
            logger.error("A written answer could not be counted: %s", error)


def _key(person_id: int) -> str:
    return f"written:{person_id}"
