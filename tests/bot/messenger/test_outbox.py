"""A letter is sent part by part, once, whatever befalls it; files as what they are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from telegram import Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError, TimedOut

from bot.messenger.journal import Journal, Postponed, Trigger, act_for
from bot.messenger.outbound import retry
from bot.messenger.outbound.outbox import open_entry, resume_entry, send_letter
from bot.state.database import State
from bot.state.deliveries import Attachment, Letter, Part
from bot.state.tables import AttachmentRow

VOICE = Attachment("voice", "réponse.ogg", b"OggS")
PICTURE = Attachment("picture", "carte.png", b"\x89PNG")
PARTS = (Part("<b>un</b>"), Part("Carte", False, PICTURE), Part("", attachment=VOICE))
LETTER = Letter(5, 0, PARTS)


class FakeTransport:
    """Keeps what is sent, as (chat, part). Each of `faults` befalls one; `silences` are probes."""

    def __init__(self, *faults: BaseException | None, silences: int = 0) -> None:
        self.faults = deque(faults)
        self.taken: list[tuple[int, Part]] = []
        self.silences = silences

    async def send(self, letter: Letter, number: int) -> int:
        if fault := self.faults.popleft() if self.faults else None:
            raise fault
        self.taken.append((letter.chat_id, letter.parts[number]))
        return len(self.taken)

    async def answer(self) -> None:
        if self.silences:
            self.silences -= 1
            raise TimedOut from httpx.ReadTimeout("no reply")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    monkeypatch.setattr(retry, "FIRST_WAITS_SECONDS", (0.0,))
    monkeypatch.setattr(retry, "LONGEST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(retry, "SLACK_SECONDS", 0.0)


async def _send(journal: Journal, transport: FakeTransport, update: int | None = None) -> list[int]:
    with act_for(Trigger(journal, update)):
        return [*await send_letter(await open_entry(LETTER), transport.send, transport.answer)]


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (RetryAfter, 0),
        (TelegramError, "a reply that is none"),
        (BadRequest, "message caption is too long"),
        (ChatMigrated, -100),
    ],
)
async def test_a_file_survives_what_befalls_it(
    kind: Callable[[Any], TelegramError], argument: object, journal: Journal
) -> None:
    transport = FakeTransport(None, kind(argument))
    sent = await _send(journal, transport, 1)
    assert {chat for chat, _ in transport.taken[1:]} == {-100 if kind is ChatMigrated else 5}
    files = [part.attachment for _, part in transport.taken if part.attachment]
    assert files == [PICTURE, VOICE]
    assert len(sent) == len(transport.taken)
    assert [part.text for _, part in transport.taken if part.text] == ["<b>un</b>", "Carte"]


async def test_a_stop_leaves_files_to_the_next_start(journal: Journal, state: State) -> None:
    journal.stop.set()
    with pytest.raises(Postponed):
        await _send(journal, FakeTransport(RetryAfter(5)))
    state.process += 1
    (number,) = await journal.take_over_deliveries()
    begun = await journal.delivery(number)
    assert begun is not None
    assert resume_entry(begun, journal).letter == LETTER


async def test_what_nobody_asked_for_is_not_sent_twice(journal: Journal, state: State) -> None:
    transport = FakeTransport(None, TelegramError("no reply that can be read"))
    with pytest.raises(TelegramError, match="no reply"):
        await _send(journal, transport)
    assert len(transport.taken) == 1
    state.process += 1
    assert await journal.take_over_deliveries() == []


async def test_what_nobody_asked_for_waits_until_telegram_replies(journal: Journal) -> None:
    transport = FakeTransport(silences=9)
    await _send(journal, transport)
    assert transport.silences == 0
    assert [part for _, part in transport.taken] == [*PARTS]


async def test_what_cannot_be_sent_goes_with_its_files(journal: Journal, state: State) -> None:
    with pytest.raises(Forbidden, match="blocked"):
        await _send(journal, FakeTransport(Forbidden("bot was blocked by the user")))
    with state.session() as session:
        assert session.query(AttachmentRow).count() == 0


async def test_a_process_says_nothing_to_another_s_update(journal: Journal, state: State) -> None:
    transport = FakeTransport()
    await journal.record_arrivals([Update(7)])
    state.process += 1
    with pytest.raises(Postponed):
        await _send(journal, transport, 7)
    (kept,) = await journal.take_over_updates()
    await _send(journal, transport, kept.id)
    assert len(transport.taken) == len(PARTS)


class SlowTransport(FakeTransport):
    """Takes a message at once, and says so once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let = asyncio.Event(), asyncio.Event()

    async def send(self, letter: Letter, number: int) -> int:
        message = await super().send(letter, number)
        self.begun.set()
        await self.let.wait()
        return message


async def test_what_a_stop_interrupts_once_taken_is_not_said_again(journal: Journal) -> None:
    transport = SlowTransport()
    sending = asyncio.create_task(_send(journal, transport, 7))
    await transport.begun.wait()
    sending.cancel()  # as a stop does with what takes too long
    await asyncio.sleep(0)
    transport.let.set()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await _send(journal, transport, 7)
    assert [part for _, part in transport.taken] == [*PARTS]
