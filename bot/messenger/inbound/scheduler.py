"""Fair scheduling of updates: slots go round the people, each in the order of their messages."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.messenger.asker import author

# A person's first updates are served at once, later ones every two seconds, which others hardly
# notice (docs/figures.md). In the long run, Telegram takes one message a second to a person.
BURST, PACE_SECONDS = 20, 2.0
_MAX_DUE_PEOPLE = 10_000
LATE_SECONDS = 10.0  # after which a person hears that others are before them
# Concurrent updates in the library; with fewer, one person's flood would block everybody else's
# first question.
_UNBOUNDED = 10**6


class UpdatePace:
    """Pace of one person: `burst` updates at once, then one every `seconds`."""

    def __init__(
        self,
        burst: int = BURST,
        seconds: float = PACE_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._seconds = seconds
        self._ahead = (burst - 1) * seconds
        self._due: dict[int, float] = {}

    def wait(self, person: int) -> float:
        """Return the seconds until a person may be served again."""
        return max(0.0, self._due.get(person, 0.0) - self._ahead - self._now())

    def take(self, person: int) -> None:
        now = self._now()
        if len(self._due) > _MAX_DUE_PEOPLE:
            self._due = {other: due for other, due in self._due.items() if due > now}
        self._due[person] = max(self._due.get(person, 0.0), now) + self._seconds


class FairScheduler(BaseUpdateProcessor):
    """Handle up to `slots` updates concurrently, and those of one person one by one.

    If more are waiting, slots go round the people, regardless of their updates and chats:
    somebody who sends a hundred questions holds one slot, and everybody else waits for at most one
    of them. In a group, everybody has a conversation of their own, so people need not wait for each
    other there; the questions of one person keep their order.
    People who keep sending are slowed down (`UpdatePace`).
    """

    def __init__(self, slots: int, pace: UpdatePace | None = None) -> None:
        super().__init__(_UNBOUNDED)
        self._free = slots
        self._pace = pace or UpdatePace()
        self._is_stopping = False
        self._timer: asyncio.TimerHandle | None = None
        # Who waits, by person: each event is set when a slot is theirs.
        self._queues: OrderedDict[int, deque[asyncio.Event]] = OrderedDict()
        self._served_people: set[int] = set()
        self._pending: dict[int, list[int]] = {}
        self.when_late: Callable[[Update], None] | None = None

    @property
    def waiting_count(self) -> int:
        return sum(map(len, self._queues.values()))

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat = update.effective_chat if isinstance(update, Update) else None
        if not isinstance(update, Update) or chat is None or self._is_stopping:
            await coroutine
            return
        try:
            with self._watch(author(update) or chat.id, update):
                async with self.slot(update):
                    await coroutine
        finally:
            if isinstance(coroutine, Coroutine):
                coroutine.close()  # if it never got a slot

    @contextmanager
    def _watch(self, person: int, update: Update) -> Iterator[None]:
        """Call `when_late` if an update takes LATE_SECONDS because of other people's: only for a
        person's oldest, as the others wait for that one."""
        own_updates = self._pending.setdefault(person, [])
        own_updates.append(update.update_id)

        def notice() -> None:
            if self.when_late and own_updates[0] == update.update_id and len(self._pending) > 1:
                self.when_late(update)

        timer = asyncio.get_running_loop().call_later(LATE_SECONDS, notice)
        try:
            yield
        finally:
            timer.cancel()
            own_updates.remove(update.update_id)
            if not own_updates:
                del self._pending[person]

    @asynccontextmanager
    async def slot(self, update: Update) -> AsyncIterator[None]:
        """Take a slot for an update, for the result of its queued work."""
        chat = update.effective_chat
        if chat is None or self._is_stopping:
            yield
            return
        person = author(update) or chat.id
        await self._take_slot(person)
        try:
            yield
        finally:
            self._leave(person)

    async def _take_slot(self, person: int) -> None:
        """Wait for a slot for this person."""
        mine = asyncio.Event()
        self._queues.setdefault(person, deque()).append(mine)
        self._call()
        try:
            await mine.wait()
        except BaseException:
            if mine.is_set():
                self._leave(person)
            else:
                self._queues[person].remove(mine)
                self._call()
            raise

    def stop(self) -> None:
        """Let all waiting updates proceed, which then notice that the bot stops."""
        self._is_stopping = True
        for queue in self._queues.values():
            for waiter in queue:
                waiter.set()
        self._queues.clear()

    def _leave(self, person: int) -> None:
        self._free += 1
        self._served_people.discard(person)
        self._call()

    def _call(self) -> None:
        """Start everybody who can be served now, longest waiting first."""
        for person in list(self._queues):
            queue = self._queues[person]
            if not queue:
                del self._queues[person]
                continue
            if not self._free:
                return
            if person in self._served_people:
                continue
            if wait := self._pace.wait(person):
                self._call_later(wait)
                continue
            self._pace.take(person)
            first = queue.popleft()
            self._free -= 1
            self._served_people.add(person)
            # Queue behind all others, including those who come before this one is done.
            self._queues.move_to_end(person)
            if not queue:
                del self._queues[person]
            first.set()

    def _call_later(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        if self._timer is None or self._timer.when() > due:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_at(due, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._call()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
