"""One row in each table of clippings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.clippings.clipping_records import ClippingRow, ClippingShareRow
from bot.state.tables import Base


def rows(person: int, at: datetime) -> Sequence[Base]:
    """Rows of one person, all of this moment."""
    kept = ClippingRow(person_id=person, place=1, citation={}, note="", told="", kept_at=at)
    return (kept, ClippingShareRow(person_id=person, key=f"k{person}", kept_at=at))
