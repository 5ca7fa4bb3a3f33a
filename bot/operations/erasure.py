"""The daily erasure of records past their retention period."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.operations.logs import PublicText
from bot.settings import Settings
from bot.state.database import State
from bot.state.limits import AskLimits
from bot.state.retention import Erasure, RetentionTerms, erase_expired

logger = logging.getLogger(__name__)


async def erase_old_records(
    state: State, settings: Settings, limits: AskLimits, now: datetime
) -> Erasure:
    """Erase what is past its retention period, and log how much. Raises StateError."""
    questions, replies = (
        timedelta(days=days) for days in (settings.keep_days, settings.chat_cache_days)
    )
    terms = RetentionTerms(questions, replies, limits.retention)
    erasure = await state.erase(erase_expired, now, terms)
    counts = PublicText(", ".join(f"{name} {count}" for name, count in erasure.rows.items()))
    if erasure.announce:
        logger.warning("Many rows have expired and are erased tomorrow: %s", counts)
    elif erasure.rows and not erasure.held:
        logger.info("Expired rows were erased: %s", counts)
    return erasure
