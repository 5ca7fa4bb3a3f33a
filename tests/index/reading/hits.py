"""Hits as a search gives them, for tests of reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.findings import Hit, RankedSentence, Scores
from index.ingestion.passages import cut
from tests.index.samples import article


def hit(
    text: str,
    scores: Sequence[float] = (),
    total: float = 2.0,
    *,
    title: str = "",
    published: date | None = None,
) -> Hit:
    """The first passage of a text; `scores` are of its sentences, the first is best without."""
    source = replace(article("phare", text, title=title), published=published)
    passage = cut(source)[0]
    scored = scores or [0.9, *[0.8] * (len(passage.sentences) - 1)]
    ranked = tuple(map(RankedSentence, passage.sentences, scored))
    return Hit(source, passage, Scores(0.9, 0.9, 0.5, total), ranked)
