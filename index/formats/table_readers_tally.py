"""What is told when a thousand lines of one file are bad in the same way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from index.formats.base import Skipped

_TOLD = 20
_KINDS = 50

Found = TypeVar("Found")


def summed_up(found: Iterator[Found | Skipped], shown: str) -> Iterator[Found | Skipped]:
    """The first twenty skipped of each kind (the same reason but for its numbers and names), and
    at the end of the file `shown` how many more there were."""
    counts: Counter[str] = Counter()
    for each in found:
        if not isinstance(each, Skipped):
            yield each
            continue
        kind = re.sub(r"\d+|[\"'«`(].*", "", each.reason)
        kind = kind.strip() if kind in counts or len(counts) < _KINDS else "other reasons"
        counts[kind] += 1
        if counts[kind] <= _TOLD:
            yield each
    for kind, count in counts.items():
        if count > _TOLD:
            yield Skipped(shown, f"and {count - _TOLD:,} more like it ({kind})")
