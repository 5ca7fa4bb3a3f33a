"""The time zone of this process."""

from __future__ import annotations

import os
import time
import zoneinfo
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from index.errors import RefusedValue


def zone_file(name: str) -> Path:
    """The file of a zone such as `Europe/Paris`.

    Raises RefusedValue for an unknown zone, and on systems without a zone per process.
    """
    if not hasattr(time, "tzset"):
        raise RefusedValue("timezone-fixed")
    try:
        ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RefusedValue("timezone-unknown") from error
    paths = (Path(folder) / name for folder in zoneinfo.TZPATH)
    path = next((path for path in paths if path.is_file()), None)
    return path or Path(str(files("tzdata") / "zoneinfo" / name))


def use_timezone(name: str | None) -> None:
    """Set the time zone of this process and its children; None for the machine's."""
    if name is not None:
        os.environ["TZ"] = f":{zone_file(name)}"
        time.tzset()
