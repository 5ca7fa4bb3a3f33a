"""One row in each table of alerts and subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.alerts.alert_records import AlertRow
from bot.alerts.subscription_records import SubscriptionRow
from bot.state.tables import Base


def rows(person: int, at: datetime) -> Sequence[Base]:
    """Rows of one person, all of this moment."""
    place = {"person_id": person, "chat_id": person, "thread_id": 0}
    followed = {"subject": "phares", "language": "fr", "at_once": False, "seen": []}
    followed |= {"checked": "g", "looked_at": at}
    return (
        AlertRow(**place, question="?", language="fr", checked="g", created_at=at, told_at=at),
        SubscriptionRow(**place, **followed, created_at=at - timedelta(days=365)),
    )
