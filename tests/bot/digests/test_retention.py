"""How long digests stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.digests.digest_records import DigestRow
from bot.state.database import State
from bot.state.tables import PersonRow
from tests.bot.state.test_retention import NOW, add_rows, forget_rows, sample_rows


def test_who_gets_the_daily_is_known_as_long_as_it_is_sent(state: State) -> None:
    rows = sample_rows(7, NOW - timedelta(days=400))
    add_rows(state, [row for row in rows if isinstance(row, PersonRow | DigestRow)])

    def sent(session: Session) -> None:
        session.scalars(select(DigestRow)).one().last_day = NOW.date()

    state.do(sent)
    assert forget_rows(state) == {}
    assert forget_rows(state, NOW + timedelta(days=91)) == {"digests": 1, "people": 1}
