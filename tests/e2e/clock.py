"""The clock of a bot process: a test sets it, and it may run fast."""

from __future__ import annotations

import asyncio
import json
import selectors
import time
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Self

from bot.state import clock

_monotonic = time.monotonic


class SetClock:
    """The clock of a process that calls `use_clock` with the same file and speed."""

    def __init__(self, file: Path, speed: float = 1.0) -> None:
        self.file = file
        self.speed = speed

    def set(self, moment: datetime) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps([moment.timestamp(), _monotonic()]))
        new.replace(self.file)

    def read(self) -> float:
        moment, since = json.loads(self.file.read_text())
        return float(moment + (_monotonic() - since) * self.speed)

    async def pass_by(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


def use_clock(file: str, speed: float) -> None:
    """Take the time of this process from a `SetClock`, that of waits and timeouts from its speed;
    to be called first."""
    kept, began = SetClock(Path(file), speed), _monotonic()
    select = selectors.DefaultSelector.select

    class SetDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(kept.read(), tz)

    def select_fast(self: Any, timeout: float | None = None) -> Any:
        return select(self, timeout / speed if timeout is not None else None)

    clock.datetime = SetDatetime  # type: ignore[misc]
    time.monotonic = lambda: began + (_monotonic() - began) * speed
    selectors.DefaultSelector.select = select_fast  # type: ignore[method-assign]
