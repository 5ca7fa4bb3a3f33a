"""A transport that needs no network."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import httpx
from telegram.error import TelegramError, TimedOut

from bot.state.deliveries import Letter, Part


@dataclass(slots=True)
class FakeTransport:
    """Keeps what is sent, as (chat, part); `faults` befall the next sendings, one each, None being
    none. Messages are numbered from 1. `silences` probes get no reply."""

    faults: deque[TelegramError | None] = field(default_factory=deque)
    taken: list[tuple[int, Part]] = field(default_factory=list)
    silences: int = 0

    async def send(self, letter: Letter, number: int) -> int:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            raise fault
        self.taken.append((letter.chat_id, letter.parts[number]))
        return len(self.taken)

    async def answer(self) -> None:
        """Reply to a probe."""
        if self.silences:
            self.silences -= 1
            raise TimedOut from httpx.ReadTimeout("no reply")
