"""One row in each table of digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.digests.digest_records import DigestRow
from bot.digests.script_records import ScriptRow
from bot.state.tables import Base


def rows(person: int, at: datetime) -> Sequence[Base]:
    """Rows of one person, all of this moment."""
    place = {"person_id": person, "chat_id": person, "thread_id": 0, "created_at": at}
    place["language"] = "fr"
    return (
        DigestRow(**place, minute=450, days="0123456", last_day=at.date(), told=[]),
        ScriptRow(**place, subject="", articles=[], messages=[], tries=0),
    )
