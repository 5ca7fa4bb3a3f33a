"""Whether its evidence supports a claim: a few measures of both, weighed by boosted trees.

`support.json` holds the trees and how well they do; `training/faithfulness.py` fits them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bot.verification.alignment import SAME, Alignment
from bot.verification.evidence import EvidenceLine
from index.models.base import Vectors

Tree = float | tuple[str, float, "Tree", "Tree"]
"""A leaf's value; or a measure, its threshold, and the trees at most and above that."""

_TIE = 0.02  # a counterpart this much further than the closest counts too
_REACH_WORDS = 8  # on either side of a word, those beside it
_CLAIM_HALVING_WORDS, _SOURCE_HALVING_WORDS = 4, 16  # over which the weight of one beside it halves
_MOST_WORDS = 30


class ClaimReader(Protocol):
    """A model that reads a claim beside a text."""

    def support(self, claim: str, evidence: str) -> float:
        """The logit that the text supports the claim."""


def is_supported(alignment: Alignment, reader: ClaimReader) -> bool:
    """True if the lines that share most with the claim support it."""
    measures = measure(alignment, reader)
    intercept, trees = _load()
    return intercept + sum(_value(tree, measures) for tree in trees) > 0


def measure(alignment: Alignment, reader: ClaimReader) -> Mapping[str, float]:
    """The measures by name; the claim and its evidence have words."""
    claim, place = alignment.claim, alignment.evidence[0]
    lines = alignment.ground.lines
    places = alignment.with_leads(alignment.evidence)
    evidence = [lines[each] for each in places]
    around = {*range(max(0, place - 1), min(len(lines), place + 2)), *places}
    context = " ".join(lines[each].text.text for each in sorted(around))
    near = np.concatenate([np.arange(line.first, line.last) for line in evidence])
    closest: Vectors = alignment.cosines[:, near].max(axis=1, initial=0.0)
    plain = [at for at in alignment.telling if at not in claim.figures | claim.named]
    plain = plain or alignment.telling or list(range(len(claim.words)))
    ordered = np.sort(closest[plain])

    def beside(places: Iterable[int]) -> float:
        shares = (_beside(alignment, at, evidence, float(closest[at])) for at in places)
        return min(shares, default=1.0)

    return {
        "support": reader.support(claim.text, context),
        "words": float(min(_MOST_WORDS, len(alignment.telling))),
        "share of best": float(alignment.own[plain, place].mean()),
        "same": float((ordered >= SAME).mean()),
        "second": float(ordered[min(1, len(ordered) - 1)]),
        "least anywhere": float(alignment.cosines[plain].max(axis=1).min()),
        "beside figures": beside(claim.figures),
        "beside names": beside(claim.named),
    }


def _beside(alignment: Alignment, at: int, lines: Sequence[EvidenceLine], closest: float) -> float:
    """How far the words beside one of the claim stand beside its counterpart too, from 0 to 1."""
    words = alignment.claim.words
    first = max(0, at - _REACH_WORDS)
    last = min(at + _REACH_WORDS + 1, len(words))
    others = [each for each in range(first, last) if each != at and words[each].telling]
    if not others:
        return 1.0
    weights = _halved(np.abs(np.array(others) - at), _CLAIM_HALVING_WORDS)
    best = 0.0
    for line in lines:
        row = alignment.cosines[at, line.first : line.last]
        shares = alignment.shares[others, line.first : line.last]
        for there in np.flatnonzero(row >= min(SAME, closest - _TIE)):
            window = slice(max(0, there - _REACH_WORDS), there + _REACH_WORDS + 1)
            steps = np.abs(np.arange(len(row)) - there)[window]
            nearby = (shares[:, window] * _halved(steps, _SOURCE_HALVING_WORDS)).max(axis=1)
            best = max(best, float(nearby @ weights / weights.sum()))
    return best


def _halved(steps: npt.NDArray[Any], words: int) -> npt.NDArray[np.float64]:
    weights: npt.NDArray[np.float64] = 0.5 ** (steps / words)
    return weights


@cache
def _load() -> tuple[float, list[Tree]]:
    fitted = json.loads(files(__package__).joinpath("support.json").read_text("utf-8"))
    return fitted["intercept"], fitted["trees"]


def _value(tree: Tree, measures: Mapping[str, float]) -> float:
    while not isinstance(tree, int | float):
        name, threshold, low, high = tree
        tree = low if measures[name] <= threshold else high
    return tree
