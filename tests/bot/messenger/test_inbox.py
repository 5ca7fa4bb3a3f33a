"""What comes at once is recorded at once, before all that can wait, and handled one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from telegram import Bot, Update

from bot.messenger.inbound.inbox import Inbox
from bot.messenger.journal import Journal


def message(number: int, chat: int) -> Update:
    content = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}}
    return Update.de_json({"update_id": number, "message": content})


BATCH = [message(1, 7), message(2, 7), message(3, 8)]


def taken(inbox: Inbox) -> list[int]:
    numbers = []
    while not inbox.empty():
        update = inbox.get_nowait()
        assert isinstance(update, Update)
        numbers.append(update.update_id)
    return numbers


async def test_one_answered_before_the_next_is_put_changes_nothing(journal: Journal) -> None:
    inbox = Inbox(journal)
    await inbox.record(BATCH)
    await inbox.put(BATCH[0])
    assert taken(inbox) == [1]
    await journal.finish(1)
    inbox.release(1)
    for update in BATCH[1:]:
        await inbox.put(update)
    assert taken(inbox) == [2, 3]


async def test_a_batch_that_is_never_put_is_left_for_the_next_start(journal: Journal) -> None:
    await Inbox(journal).record(BATCH[:2])
    restarted = Inbox(journal)
    for update in BATCH:  # Telegram sends again what was not confirmed, and another by itself
        await asyncio.wait_for(restarted.put(update), 30)
    assert taken(restarted) == [3]
    assert [update.id for update in await journal.take_over_updates()] == [1, 2, 3]


async def test_one_taken_over_before_its_record_is_confirmed_is_put_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, record_arrivals = Inbox(journal), journal.record_arrivals

    async def record(arrivals: Sequence[Update]) -> list[frozenset[int] | None]:
        earlier = await record_arrivals(arrivals)
        await inbox.refill(cast("Bot", None))
        return earlier

    monkeypatch.setattr(journal, "record_arrivals", record)
    await inbox.record(BATCH)
    for update in BATCH:
        await inbox.put(update)
    assert taken(inbox) == [1, 2, 3]


async def test_one_that_comes_twice_in_a_batch_is_put_once(journal: Journal) -> None:
    inbox = Inbox(journal)
    await inbox.record([*BATCH, BATCH[0]])
    for update in (*BATCH, BATCH[0]):
        await inbox.put(update)
    assert taken(inbox) == [1, 2, 3]


async def test_an_inline_query_leaves_nothing_behind(journal: Journal) -> None:
    inbox, user = Inbox(journal), {"id": 1, "is_bot": False, "first_name": "A"}
    query = {"id": "1", "from": user, "query": "a", "offset": ""}
    await inbox.put(Update.de_json({"update_id": 987654, "inline_query": query}))
    assert taken(inbox) == [987654]
    assert "987654" not in repr(vars(inbox))
