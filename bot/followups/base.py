"""The protocol of the chain that understands follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.answer import Answer
from bot.followups.turn import History, TurnText


class ConversationChain(Protocol):
    """What callers use of `FollowUpChain`."""

    async def ainvoke(self, question: TurnText, /) -> Answer: ...

    async def restore(self, question: str, earlier: Sequence[str], now: datetime) -> History:
        """Answer earlier questions again, as far as a question may refer to them."""
        ...
