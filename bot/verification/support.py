"""Whether its evidence supports a claim: a logistic regression on what the reader makes of both.

`support.json` holds the weights and how well they do; `training/faithfulness.py` fits them.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.verification.alignment import SAME, Alignment
from index.models.base import Vectors

Measures = npt.NDArray[np.float32]


class ClaimReader(Protocol):
    """A model that reads a claim beside a text."""

    def compare(self, claim: str, evidence: str) -> Measures:
        """What tells whether the text supports the claim, always of the same shape (n,)."""


def is_supported(alignment: Alignment, reader: ClaimReader) -> bool:
    """True if the lines that share most with the claim support it."""
    intercept, weights = _load()
    return intercept + float(measure(alignment, reader) @ weights) > 0


def measure(alignment: Alignment, reader: ClaimReader) -> Measures:
    """Measure a claim beside its evidence; both have words.

    Shape (2 + n,): the share of its words that the evidence has too, how near the least borne of
    them comes to any word there, and what the reader compares.
    """
    claim, place = alignment.claim, alignment.evidence[0]
    lines = alignment.ground.lines
    places = alignment.with_leads(alignment.evidence)
    around = {*range(max(0, place - 1), min(len(lines), place + 2)), *places}
    context = " ".join(lines[each].text.text for each in sorted(around))
    near = np.concatenate([np.arange(lines[each].first, lines[each].last) for each in places])
    closest: Vectors = alignment.cosines[:, near].max(axis=1, initial=0.0)
    plain = [at for at in alignment.telling if at not in claim.figures | claim.named]
    plain = plain or alignment.telling or list(range(len(claim.words)))
    same = (closest[plain] >= SAME).mean()
    least = alignment.cosines[plain].max(axis=1).min()
    return np.array([same, least, *reader.compare(claim.text, context)], np.float32)


@cache
def _load() -> tuple[float, Measures]:
    fitted = json.loads(files(__package__).joinpath("support.json").read_text("utf-8"))
    return fitted["intercept"], np.array(fitted["weights"], np.float32)
