"""The contract of the chain that holds conversations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from bot.answer import Answer
from bot.followups.turn import History, TurnText


class ConversationChain(Protocol):
    """The chain that understands follow-ups, as those see it who ask it."""

    async def ainvoke(self, question: TurnText, /) -> Answer: ...

    def astream(self, question: TurnText, /) -> AsyncIterator[Answer]:
        """Yield the growing answer; the last item is complete."""
        ...

    async def restore(self, question: str, earlier: Sequence[str], now: datetime) -> History:
        """The turns of earlier questions that a question may refer to, which nobody stored."""
        ...
