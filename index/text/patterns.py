"""Building blocks for regular expressions over prose."""

from __future__ import annotations

import re
from collections.abc import Iterable

SPACE = "[ \u00a0\u2009\u202f]"  # as it stands inside numbers, dates and names


def one_of(options: Iterable[str]) -> str:
    """Return a pattern that matches any of these strings, the longest first."""
    return "|".join(
        re.escape(option) for option in sorted(options, key=lambda option: (-len(option), option))
    )
