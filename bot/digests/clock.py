"""What time it is where the bot's readers are."""

from __future__ import annotations

from datetime import date, datetime, tzinfo


def zone() -> tzinfo:
    """The time zone of the machine, with its changes of clock."""
    from tzlocal import get_localzone  # beneath dateparser; read only where a day is asked for

    return get_localzone()


def now() -> datetime:
    """This moment, in that zone."""
    return datetime.now(zone())


def today() -> date:
    return now().date()
