"""What time it is where the bot's readers are."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo


def zone() -> tzinfo | None:
    """The readers' time zone; None is that of the machine, with its changes of clock."""
    return None


def now() -> datetime:
    """This moment, in that zone."""
    return datetime.now(UTC).astimezone(zone())


def today() -> date:
    return now().date()
