"""How long alerts stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.alert_records import AlertRow
from bot.state.database import State
from bot.state.tables import PersonRow
from tests.bot.state.test_retention import NOW, add_rows, count_rows, forget_rows, sample_rows


def test_a_question_waits_for_its_article_for_a_year(state: State) -> None:
    add_rows(state, [row for row in sample_rows(7, NOW) if isinstance(row, PersonRow | AlertRow)])

    def waits(session: Session) -> None:
        session.scalars(select(AlertRow)).one().told_at = None

    state.do(waits)
    forget_rows(state, NOW + timedelta(days=364))
    assert count_rows(state) == {"people": 1, "alerts": 1}
    forget_rows(state, NOW + timedelta(days=366))
    assert count_rows(state) == {}
