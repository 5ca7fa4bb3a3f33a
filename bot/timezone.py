"""The zone by which this process tells days and hours."""

from __future__ import annotations

import os
import time
import zoneinfo
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from index.errors import RefusedValue


def zone_file(name: str) -> Path:
    """Where the rules of a zone lie, such as `Europe/Paris`. Raises RefusedValue for no zone, or
    where the system lets no process choose its own."""
    if not hasattr(time, "tzset"):
        raise RefusedValue("timezone-fixed")
    try:
        ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RefusedValue("timezone-unknown") from error
    found = (Path(folder) / name for folder in zoneinfo.TZPATH)
    known = next((each for each in found if each.is_file()), None)
    return known or Path(str(files("tzdata") / "zoneinfo" / name))


def use_timezone(name: str | None) -> None:
    """From now on this process, and those that it starts, are in this zone; in the machine's where
    none is named."""
    if name is not None:
        os.environ["TZ"] = f":{zone_file(name)}"
        time.tzset()
