"""Letters keep their files until they are sent, and updates that are set aside some of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.state import deliveries, updates
from bot.state.database import State
from bot.state.deliveries import Attachment, Letter, Part
from bot.state.tables import AttachmentRow, UpdateRow
from bot.state.updates import MAX_QUARANTINED

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOT, UPDATE = 1, 7
SOUND = Attachment("audio", "réponse.mp3", b"ID3 and a sound")
PICTURE = Attachment("picture", "chiffres.png", b"\x89PNG")
LETTER = Letter(5, 0, (Part("<b>un</b>"), Part("", attachment=SOUND), Part("deux", False, PICTURE)))


def test_a_letter_is_found_again_with_its_files_also_when_it_is_amended(state: State) -> None:
    with state.session() as session:
        opened = deliveries.open_delivery(session, BOT, UPDATE, 1, LETTER, NOW)
        assert (opened.letter, opened.is_resumed) == (LETTER, False)
    document = replace(SOUND, kind="document")
    other = replace(LETTER, parts=(LETTER.parts[2], Part("", attachment=document)))
    with state.session() as session:
        again = deliveries.open_delivery(session, BOT, UPDATE, 1, Letter(5, 0, ()), NOW)
        assert (again.letter, again.is_resumed) == (LETTER, True)
        assert deliveries.find_delivery(session, opened.id + 1) is None
        deliveries.amend_letter(session, opened.id, other)
        assert deliveries.find_delivery(session, opened.id) == replace(again, letter=other)


@pytest.mark.parametrize(
    "ended",
    [
        lambda session, number: deliveries.record_sent(session, number, [1], whole=True, now=NOW),
        lambda session, number: deliveries.give_up_delivery(session, number, "blocked", NOW),
        lambda session, number: deliveries.restart_deliveries(session, BOT, UPDATE),
    ],
    ids=["sent", "given up", "begun again"],
)
def test_files_go_with_the_words(session: Session, ended: Callable[[Session, int], object]) -> None:
    number = deliveries.open_delivery(session, BOT, UPDATE, -1, LETTER, NOW).id
    files = select(func.count()).select_from(AttachmentRow)
    assert session.scalar(files) == 2
    ended(session, number)
    assert session.scalar(files) == 0


def _quarantine(session: Session, number: int) -> bool:
    now = NOW + timedelta(seconds=number)
    return updates.quarantine_update(session, BOT, number, {"update_id": number}, now)


def _whole(session: Session) -> list[int]:
    kept = select(UpdateRow.id).where(UpdateRow.content.is_not(None)).order_by(UpdateRow.id)
    return list(session.scalars(kept))


def test_the_last_ones_are_kept_whole_and_the_others_stay_known(state: State) -> None:
    with state.session() as session:
        for number in range(MAX_QUARANTINED + 2):
            assert _quarantine(session, number)
    with state.session() as session:
        assert _whole(session) == list(range(2, MAX_QUARANTINED + 2))
        assert not _quarantine(session, 0)
        assert updates.record_arrival(session, BOT, 1, {"update_id": 1}, NOW) is None


def test_one_that_waited_waits_no_more_and_those_that_wait_stay_whole(state: State) -> None:
    with state.session() as session:
        for number in (1, 2):
            updates.record_arrival(session, BOT, number, {"update_id": number}, NOW)
        assert _quarantine(session, 1)
    with state.session() as session:
        assert [update.id for update in updates.take_over_updates(session, BOT)] == [2]
        assert _whole(session) == [1, 2]
