"""Alerts in the database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts import alert_records as alerts
from bot.alerts.alert_records import AlertRow
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from bot.state.people import WEB_PEOPLE
from bot.state.tables import PersonRow
from tests.bot.state.test_retention import NOW, add_rows, count_rows, forget_rows, sample_rows

HERE = ConversationPlace(100, 0, 7)


def test_an_alert_is_told_once_and_only_its_owner_cancels_it(state: State) -> None:
    with state.session() as session:
        number = alerts.save_alert(session, HERE, "Qui ?", "fr", "g1", NOW)
        assert alerts.save_alert(session, HERE, "Qui ?", "fr", "g1", NOW) == number
        assert alerts.unchecked_alerts(session, "g1") == []
        assert [alert.id for alert in alerts.unchecked_alerts(session, "g2")] == [number]
        alerts.mark_checked(session, number, "g2")
        assert alerts.unchecked_alerts(session, "g2") == []
        assert alerts.mark_answered(session, number, NOW)
        assert not alerts.mark_answered(session, number, NOW)
        assert alerts.alerts_of_person(session, 7) == []
        other = alerts.save_alert(session, HERE, "Où ?", "fr", "g1", NOW)
        assert [alerts.cancel(session, other, alert_id) for alert_id in (8, 7, 7)] == [
            False,
            True,
            False,
        ]


def test_on_the_web_an_answer_waits_until_its_reader_dismisses_it(state: State) -> None:
    person = WEB_PEOPLE + 7
    there = ConversationPlace(person, 3, person)
    with state.session() as session:
        number = alerts.save_alert(session, there, "Qui ?", "fr", "g1", NOW)
        assert alerts.unchecked_alerts(session, "g2") == []
        assert [alert.id for alert in alerts.unchecked_alerts(session, "g2", web=True)] == [number]
        assert alerts.answered_alerts(session, person) == []
        assert alerts.mark_answered(session, number, NOW, "clé")
        assert not alerts.mark_answered(session, number, NOW, "autre clé")
        assert alerts.alerts_of_person(session, person) == []
        assert [alert.key for alert in alerts.answered_alerts(session, person)] == ["clé"]
        assert alerts.cancel(session, number, person)
        assert alerts.answered_alerts(session, person) == []


def test_a_question_waits_for_its_article_for_a_year(state: State) -> None:
    add_rows(state, [row for row in sample_rows(7, NOW) if isinstance(row, PersonRow | AlertRow)])

    def waits(session: Session) -> None:
        session.scalars(select(AlertRow)).one().told_at = None

    state.do(waits)
    forget_rows(state, NOW + timedelta(days=364))
    assert count_rows(state) == {"people": 1, "alerts": 1}
    forget_rows(state, NOW + timedelta(days=366))
    assert count_rows(state) == {}
