"""Judge whether evidence supports a claim: by the bundled reader.

`support.json` holds the least logit of a supported claim and its held-out figures;
`training/faithfulness.py` fits it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Protocol

from bot.verification.alignment import Alignment


class ClaimReader(Protocol):
    """A model that reads a claim beside a text."""

    def support(self, claim: str, evidence: str) -> float:
        """The logit that the text supports the claim."""


def is_supported(alignment: Alignment, reader: ClaimReader) -> bool:
    """True if the evidence supports the claim."""
    return support_logit(alignment, reader) > _load_threshold()


def support_logit(alignment: Alignment, reader: ClaimReader) -> float:
    """The logit that the evidence supports the claim: the mean of the best sentence's by itself and
    in its context."""
    claim, best = alignment.claim.text, alignment.source.lines[alignment.evidence[0]].text.text
    return (reader.support(claim, best) + reader.support(claim, surroundings(alignment))) / 2


def surroundings(alignment: Alignment) -> str:
    """The evidence, its leads and the sentences beside the best one, as the reader sees them."""
    best, lines = alignment.evidence[0], alignment.source.lines
    around = {*range(max(0, best - 1), min(len(lines), best + 2))}
    around |= {*alignment.with_leads(alignment.evidence)}
    return " ".join(lines[each].text.text for each in sorted(around))


@cache
def _load_threshold() -> float:
    model = json.loads(files(__package__).joinpath("support.json").read_text("utf-8"))
    return float(model["threshold"])
