"""A transport that needs no network."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from telegram.error import TelegramError

from bot.state.deliveries import Letter, Part


@dataclass(slots=True)
class FakeTransport:
    """Keeps what is sent, as (chat, part); `faults` befall the next sendings, one each, None being
    none. Messages are numbered from 1."""

    faults: deque[TelegramError | None] = field(default_factory=deque)
    taken: list[tuple[int, Part]] = field(default_factory=list)

    async def send(self, letter: Letter, number: int) -> int:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            raise fault
        self.taken.append((letter.chat_id, letter.parts[number]))
        return len(self.taken)
