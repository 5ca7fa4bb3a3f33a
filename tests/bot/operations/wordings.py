"""Questions that people might ask in vain, each in several wordings, to measure the grouping with.

Neighbours are there on purpose: the same subject asked something else about.
"""

from __future__ import annotations

import json
from pathlib import Path


def _read(half: str) -> tuple[tuple[str, ...], ...]:
    path = Path(__file__).parents[2] / "data" / "wordings.jsonl"
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return tuple(tuple(row["wordings"]) for row in rows if row["half"] == half)


SAME = _read("tuned")
HELD_OUT = _read("held")
"""Written after the threshold was chosen, and not looked at for it."""
