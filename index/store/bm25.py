"""BM25 as Lucene has it (Kamphuis et al., "Which BM25 Do You Mean?", ECIR 2020): the word score.

A store may have a term's IDF in its postings from the start, or weigh them when it is asked.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

# Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), give
# 1.2 < k1 < 2 and 0.5 < b < 0.8 for whole documents. Passages are short and even: that a term
# stands there at all is what tells, and figures in research/evaluation.md bear the low values out.
K1 = 0.3
B = 0.3


def idf(frequency: int, size: int) -> float:
    """The weight of a term that `frequency` of `size` documents hold: the rarer, the more."""
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))


def length_norms(lengths: npt.NDArray[Any], *, k1: float = K1, b: float = B) -> npt.NDArray[Any]:
    """By document, what its length (in terms) makes each of its terms count less."""
    mean = lengths.sum() / max(len(lengths), 1) or 1.0
    return np.asarray(k1 * ((1 - b) + b * lengths / mean))


def saturation(counts: npt.NDArray[Any], norms: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What standing `counts` times in documents of these norms is worth, below 1."""
    return np.asarray(counts / (norms + counts))
