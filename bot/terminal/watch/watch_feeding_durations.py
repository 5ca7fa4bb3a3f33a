"""How often: a duration as people write it."""

from __future__ import annotations

import re

SHORTEST = 10.0
LONGEST = 30 * 86400.0
"""Seconds between two looks at a feed."""

_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "mn": 60, "h": 3600, "d": 86400, "j": 86400}
_PART = re.compile(r"(\d{1,9}(?:[.,]\d+)?)\s*(sec|min|mn|[smhdj])\s*", re.IGNORECASE)


def parse_duration(text: str) -> float:
    """Seconds in `15m`, `2h`, `90s`, `1h30m` or `1 j`. Raises ValueError for anything else, or for
    less than SHORTEST or more than LONGEST."""
    parts = list(_PART.finditer(text.strip()))
    if not parts or "".join(part[0] for part in parts) != text.strip():
        raise ValueError(f"{text!r} is no duration")
    seconds = sum(float(part[1].replace(",", ".")) * _UNITS[part[2].lower()] for part in parts)
    if not SHORTEST <= seconds <= LONGEST:
        raise ValueError(f"{text!r} is not between {SHORTEST:g} s and {LONGEST:g} s")
    return seconds
