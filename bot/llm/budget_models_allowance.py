"""How many answers chat models write for one person in a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import cast

from sqlalchemy.orm import Session

from bot.errors import StateError
from bot.errors_models_errors import ModelFailed
from bot.llm.base import ChatModel, Request
from bot.llm.budget_models_asker import current_asker
from bot.state import meters
from bot.state.database import State
from bot.state.meters import Meter

logger = logging.getLogger(__name__)


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
            meters.put(session, {_key(person_id): Meter(left - 1, self.now())})

        self.opened().do(count)

    def _left(self, session: Session, person_id: int) -> int:
        meter = meters.one(session, _key(person_id))
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
