"""What time it is where the bot's readers are."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from bot.state.clock import utc_now


def zone() -> tzinfo | None:
    """The readers' time zone; None is that of the machine, with its changes of clock."""
    return None


def now() -> datetime:
    """This moment, in that zone."""
    return utc_now().astimezone(zone())


def today() -> date:
    return now().date()
