"""Which of the passages found are on what was asked, for lists that people read to the end."""

from __future__ import annotations

from collections.abc import Sequence

from index.search.searcher import Hit

BEHIND = 0.04
"""How far in meaning a passage that holds none of the words may stand behind the nearest one.

Passages on anything else lie 0.05 to 0.1 behind with the bundled model, and there is always a
hundredth passage.
"""


def on_subject(hits: Sequence[Hit]) -> list[Hit]:
    """The passages that hold words of the question or are near to it in meaning, in their order."""
    nearest = max(map(_meaning, hits), default=0.0)
    return [hit for hit in hits if hit.scores.words or _meaning(hit) >= nearest - BEHIND]


def _meaning(hit: Hit) -> float:
    return hit.scores.passage + hit.scores.sentence
