"""Local time, in the machine's time zone."""

from __future__ import annotations

from datetime import date, datetime

from bot.state.clock import utc_now


def now() -> datetime:
    return utc_now().astimezone()


def today() -> date:
    return now().date()
