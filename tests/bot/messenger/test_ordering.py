"""Chats side by side, questions of one chat in order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from telegram import Chat, Message, Update

from bot.messenger.ordering import ChatByChat


def update(number: int, chat_id: int) -> Update:
    message = Message(number, datetime.now(UTC), Chat(chat_id, "private"), text="?")
    return Update(number, message)


async def test_one_chat_waits_for_itself_and_not_for_others() -> None:
    log: list[str] = []
    release = asyncio.Event()

    async def work(name: str, wait: bool) -> None:
        log.append(f"{name} begins")
        if wait:
            await release.wait()
        log.append(f"{name} ends")

    async with ChatByChat(8) as processor:
        tasks = [
            asyncio.create_task(processor.process_update(update(1, 1), work("first", True))),
            asyncio.create_task(processor.process_update(update(2, 1), work("second", False))),
            asyncio.create_task(processor.process_update(update(3, 2), work("other", False))),
            asyncio.create_task(processor.process_update("no update", work("none", False))),
        ]
        await asyncio.wait(tasks[2:], timeout=2)
        assert log == ["first begins", "other begins", "other ends", "none begins", "none ends"]
        release.set()
        await asyncio.gather(*tasks)
    assert log[5:] == ["first ends", "second begins", "second ends"]


async def test_a_question_that_fails_does_not_hold_up_the_next() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    done = asyncio.Event()

    async def work() -> None:
        done.set()

    processor = ChatByChat(8)
    results = await asyncio.gather(
        processor.process_update(update(1, 1), fail()),
        processor.process_update(update(2, 1), work()),
        return_exceptions=True,
    )
    assert isinstance(results[0], ValueError)
    assert done.is_set()
