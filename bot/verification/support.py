"""Judge whether evidence supports a claim: logistic regression on reader and alignment features.

`support.json` holds the weights and their held-out figures; `training/faithfulness.py` fits them.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.verification.alignment import SAME_COSINE, Alignment
from index.models.base import Vectors

Measures = npt.NDArray[np.float32]


class ClaimReader(Protocol):
    """A model that reads a claim beside a text."""

    def compare(self, claim: str, evidence: str) -> Measures:
        """Features of whether the text supports the claim, of constant shape (n,)."""


def is_supported(alignment: Alignment, reader: ClaimReader) -> bool:
    """True if the evidence supports the claim; both have words."""
    intercept, weights = _load()
    return intercept + float(measure(alignment, reader) @ weights) > 0


def measure(alignment: Alignment, reader: ClaimReader) -> Measures:
    """Features of a claim beside its evidence; both have words.

    Shape (2 + n,): the share of the claim's words that the evidence has too, the best cosine of
    its least similar word, and the reader's features.
    """
    claim, lines = alignment.claim, alignment.source.lines
    places = alignment.with_leads(alignment.evidence)
    context = surroundings(alignment)
    near = np.concatenate([np.arange(lines[each].first, lines[each].last) for each in places])
    closest: Vectors = alignment.cosines[:, near].max(axis=1, initial=0.0)
    plain = [
        at for at in alignment.content_words if at not in claim.figure_words | claim.name_words
    ]
    plain = plain or alignment.content_words or list(range(len(claim.words)))
    same = (closest[plain] >= SAME_COSINE).mean()
    least = alignment.cosines[plain].max(axis=1).min()
    return np.array([same, least, *reader.compare(claim.text, context)], np.float32)


def surroundings(alignment: Alignment) -> str:
    """The evidence, its leads and the sentences beside the best one, as the reader sees them."""
    best, lines = alignment.evidence[0], alignment.source.lines
    around = {*range(max(0, best - 1), min(len(lines), best + 2))}
    around |= {*alignment.with_leads(alignment.evidence)}
    return " ".join(lines[each].text.text for each in sorted(around))


@cache
def _load() -> tuple[float, Measures]:
    model = json.loads(files(__package__).joinpath("support.json").read_text("utf-8"))
    return model["intercept"], np.array(model["weights"], np.float32)
