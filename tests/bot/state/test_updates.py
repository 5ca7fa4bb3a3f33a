"""Updates set aside: how many are kept whole, how long, and that none is taken up again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.state import updates
from bot.state.database import State
from bot.state.tables import UpdateRow
from bot.state.updates import MAX_QUARANTINED

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOT = 1


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
        assert [each.id for each in updates.take_over_updates(session, BOT)] == [2]
        assert _whole(session) == [1, 2]
