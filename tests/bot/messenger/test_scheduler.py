"""People side by side, also in one group, each in order and in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Chat, Message, Update, User

from bot.messenger.inbound import scheduler
from bot.messenger.inbound.scheduler import FairScheduler, UpdatePace

AT_ONCE = UpdatePace(burst=1_000)


def update(number: int, chat_id: int, person: int | None = None, text: str = "?") -> Update:
    kind = "private" if chat_id > 0 else "supergroup"
    user = User(person or abs(chat_id), "Lecteur", is_bot=False)
    message = Message(number, datetime.now(UTC), Chat(chat_id, kind), from_user=user, text=text)
    return Update(number, message)


def send(processor: FairScheduler, sent: object, work: Awaitable[Any]) -> asyncio.Task[None]:
    return asyncio.create_task(processor.process_update(sent, work))


class Log:
    def __init__(self, processor: FairScheduler) -> None:
        self.served: list[str] = []
        self.most = self._at_once = 0
        self._processor = processor

    def sent(self, name: str, sent: object) -> asyncio.Task[None]:
        return send(self._processor, sent, self._work(name))

    async def _work(self, name: str) -> None:
        self._at_once += 1
        self.most = max(self.most, self._at_once)
        self.served.append(name)
        await asyncio.sleep(0)
        self._at_once -= 1


async def test_one_chat_waits_for_itself_and_not_for_others() -> None:
    release = asyncio.Event()
    async with FairScheduler(8) as processor:
        log = Log(processor)
        first = send(processor, update(1, 1), release.wait())
        second = log.sent("second", update(2, 1, text="stop: où ?"))  # not the button
        await asyncio.wait_for(log.sent("other", update(3, 2)), 30)
        await asyncio.wait_for(log.sent("none", "no update"), 30)
        assert (log.served, processor.waiting_count) == (["other", "none"], 1)
        assert not first.done()
        release.set()
        await asyncio.gather(first, second)
    assert log.served == ["other", "none", "second"]


async def test_people_in_a_group_do_not_wait_for_each_other() -> None:
    release = asyncio.Event()
    async with FairScheduler(8) as processor:
        log = Log(processor)
        first = send(processor, update(1, -1, person=1), release.wait())
        own = log.sent("own", update(2, -1, person=1))
        await asyncio.wait_for(log.sent("other", update(3, -1, person=2)), 30)
        assert log.served == ["other"]
        release.set()
        await asyncio.gather(first, own)


@pytest.mark.parametrize("slots", [1, 4])
async def test_a_flood_by_one_person_makes_nobody_else_wait(slots: int) -> None:
    """In their own chat or in a hundred: the others come after the questions under way."""
    log = Log(FairScheduler(slots, AT_ONCE))
    flood = [log.sent("flood", update(n, 1)) for n in range(50)]
    flood += [log.sent("flood", update(n, -n, person=1)) for n in range(50, 100)]
    await asyncio.sleep(0)
    others = [log.sent("other", update(n, n)) for n in range(200, 210)]
    await asyncio.gather(*flood, *others)
    last = max(at for at, name in enumerate(log.served) if name == "other")
    # One slot: the flood and the ten others take turns.
    assert last <= 12
    assert log.served.count("flood") == 100
    assert log.most <= slots


async def test_who_sends_on_and_on_is_served_at_a_pace_and_others_are_not() -> None:
    now = 0.0
    log = Log(FairScheduler(1, UpdatePace(burst=3, seconds=0.01, now=lambda: now)))
    flood = [log.sent("flood", update(n, 1)) for n in range(5)]
    others = [log.sent("other", update(n, n)) for n in range(10, 16)]
    await asyncio.gather(*others)
    assert log.served.count("flood") == 3
    now += 1.0
    await asyncio.gather(*flood)
    assert log.served.count("flood") == 5


async def test_who_gives_up_leaves_their_place_to_the_next() -> None:
    processor = FairScheduler(1)
    log = Log(processor)
    first = send(processor, update(1, 1), asyncio.Event().wait())
    others = [log.sent(str(n), update(n, n)) for n in range(2, 5)]
    await asyncio.sleep(0)
    others[0].cancel()  # waits
    first.cancel()  # is served
    await asyncio.gather(first, *others, return_exceptions=True)
    assert (log.served, processor.waiting_count) == (["3", "4"], 0)


async def test_only_others_make_the_oldest_one_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "LATE_SECONDS", 0.02)
    late: list[int] = []
    release, told = asyncio.Event(), asyncio.Event()

    def note(update: Update) -> None:
        late.append(update.update_id)
        told.set()

    async with FairScheduler(1, AT_ONCE) as processor:
        processor.when_late = note
        alone = [send(processor, update(n, 1), release.wait()) for n in (1, 2)]
        await asyncio.sleep(0.1)
        assert late == []
        other = send(processor, update(3, 2), release.wait())
        await asyncio.wait_for(told.wait(), 30)
        release.set()
        await asyncio.gather(*alone, other)
    assert late == [3]
