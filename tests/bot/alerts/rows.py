"""One row in each table of alerts and subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.alerts.alert_records import AlertRow
from bot.alerts.subscription_records import SubscriptionRow
from bot.alerts.target_records import AlertNewsRow, AlertTargetRow
from bot.state.tables import Base


def rows(person: int, at: datetime) -> Sequence[Base]:
    """Rows of one person, all of this moment."""
    place = {"person_id": person, "chat_id": person, "thread_id": 0}
    followed = {"subject": "phares", "language": "fr", "at_once": False, "seen": []}
    followed |= {"checked": "g", "looked_at": at}
    target = {"id": person, "person_id": person, "place": person, "address": "a@exemple.fr"}
    target |= {"language": "fr", "failures": 0, "next_at": at, "code": "x"}
    news = {"target_id": person, "person_id": person, "subject": "phares", "sources": []}
    return (
        AlertRow(**place, question="?", language="fr", checked="g", created_at=at, told_at=at),
        SubscriptionRow(**place, **followed, created_at=at - timedelta(days=365)),
        AlertTargetRow(**target, created_at=at),
        AlertNewsRow(**news, created_at=at),
    )
