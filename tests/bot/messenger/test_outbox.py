"""A letter is sent part by part, once, whatever befalls it; files as what they are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from telegram import Update
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.messenger.journal import Journal, Postponed, Trigger, act_for
from bot.messenger.outbound import retry
from bot.messenger.outbound.outbox import open_entry, resume_entry, send_letter
from bot.state.database import State, open_state, state_url
from bot.state.deliveries import Attachment, Letter, Part
from tests.bot.messenger.fakes import FakeTransport

VOICE = Attachment("voice", "réponse.ogg", b"OggS")
PICTURE = Attachment("picture", "carte.png", b"\x89PNG")
PARTS = (Part("<b>un</b>"), Part("Carte", False, PICTURE), Part("", attachment=VOICE))
LETTER = Letter(5, 0, PARTS)


class Death(BaseException):
    """The process dies."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    monkeypatch.setattr(retry, "FIRST_WAITS_SECONDS", (0.0,))
    monkeypatch.setattr(retry, "LONGEST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(retry, "SLACK_SECONDS", 0.0)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = open_state(state_url(None, tmp_path))
    yield state
    state.close()


@pytest.fixture
def journal(state: State) -> Iterator[Journal]:
    journal = Journal(state, 1)
    yield journal
    journal.close()


async def _send(journal: Journal, transport: FakeTransport, letter: Letter = LETTER) -> None:
    with act_for(Trigger(journal)):
        await send_letter(await open_entry(letter), transport.send, transport.answer)


@pytest.mark.parametrize(
    "fault",
    [
        lambda: RetryAfter(0),
        lambda: TelegramError("a reply that is none"),
        lambda: BadRequest("message caption is too long"),
    ],
)
async def test_a_file_survives_what_befalls_it(
    fault: Callable[[], TelegramError], journal: Journal
) -> None:
    transport = FakeTransport(deque([None, fault()]))
    with act_for(Trigger(journal, update_id=1)):
        sent = await send_letter(await open_entry(LETTER), transport.send, transport.answer)
    files = [part.attachment for _, part in transport.taken if part.attachment]
    assert files == [PICTURE, VOICE]
    assert len(sent) == len(transport.taken)
    assert [part.text for _, part in transport.taken if part.text] == ["<b>un</b>", "Carte"]


async def test_a_process_that_died_left_files_that_the_next_sends(
    journal: Journal, state: State
) -> None:
    dying = FakeTransport(deque([None, Death()]))  # type: ignore[list-item]
    with pytest.raises(Death):
        await _send(journal, dying)
    state.process += 1
    (left,) = await journal.take_over_deliveries()
    begun = await journal.delivery(left)
    assert begun is not None
    transport = FakeTransport()
    with act_for(Trigger(journal)):
        await send_letter(resume_entry(begun, journal), transport.send, transport.answer)
    assert [part for _, part in transport.taken] == [*PARTS[1:]]
    state.process += 1
    assert await journal.take_over_deliveries() == []


async def test_a_stop_leaves_files_to_the_next_start(journal: Journal, state: State) -> None:
    journal.stop.set()
    with pytest.raises(Postponed):
        await _send(journal, FakeTransport(deque([RetryAfter(5)])))
    state.process += 1
    (left,) = await journal.take_over_deliveries()
    begun = await journal.delivery(left)
    assert begun is not None
    assert begun.letter == LETTER


async def test_what_nobody_asked_for_is_not_sent_twice(journal: Journal, state: State) -> None:
    transport = FakeTransport(deque([None, TelegramError("no reply that can be read")]))
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


async def test_files_follow_a_group_that_moved(journal: Journal) -> None:
    transport = FakeTransport(deque([None, ChatMigrated(-100)]))
    await _send(journal, transport)
    assert [chat for chat, _ in transport.taken] == [5, -100, -100]


async def test_what_cannot_be_sent_is_given_up_with_its_files(
    journal: Journal, state: State
) -> None:
    from bot.state.tables import AttachmentRow

    with pytest.raises(Forbidden, match="blocked"):
        await _send(journal, FakeTransport(deque([Forbidden("bot was blocked by the user")])))
    with state.session() as session:
        assert session.query(AttachmentRow).count() == 0


async def test_a_process_whose_update_is_another_s_by_now_says_nothing(
    journal: Journal, state: State
) -> None:
    transport = FakeTransport()
    await journal.record_arrivals([Update(7)])
    state.process += 1
    with act_for(Trigger(journal, update_id=7)), pytest.raises(Postponed):
        await open_entry(LETTER)
    (kept,) = await journal.take_over_updates()
    with act_for(Trigger(journal, update_id=kept.id)):
        await send_letter(await open_entry(LETTER), transport.send, transport.answer)
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


async def test_what_a_stop_interrupts_after_it_was_taken_is_not_said_again(
    journal: Journal,
) -> None:
    letter, transport = Letter(5, 0, (Part("un"),)), SlowTransport()
    with act_for(Trigger(journal, 7)):
        sending = asyncio.create_task(
            send_letter(await open_entry(letter), transport.send, transport.answer)
        )
    await transport.begun.wait()
    sending.cancel()  # as a stop does with what takes too long
    await asyncio.sleep(0)
    transport.let.set()
    with pytest.raises(asyncio.CancelledError):
        await sending
    with act_for(Trigger(journal, 7)):
        await send_letter(await open_entry(letter), transport.send, transport.answer)
    assert [part.text for _, part in transport.taken] == ["un"]
