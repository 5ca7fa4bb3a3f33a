"""SQuAD's F1 and exact match, and the area under the ROC curve.

Rajpurkar et al., "SQuAD" (2016); d'Hoffschmidt et al., "FQuAD" (2020), for ignoring French
articles.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

_ARTICLES = frozenset("a an the le la les l un une du des de d au aux".split())  # noqa: SIM905


def f1(answer: str, golds: Sequence[str]) -> float:
    """Return the F1 of words with the best of the right answers."""
    return max(_f1(_words(answer), _words(gold)) for gold in golds)


def exact(answer: str, golds: Sequence[str]) -> float:
    """Return 1 if the answer has the words of a right answer, else 0."""
    return float(any(_words(answer) == _words(gold) for gold in golds))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive scores above a negative; ties count half."""
    if not positive or not negative:
        return float("nan")
    left, right = np.asarray(positive)[:, None], np.asarray(negative)[None, :]
    return float(((left > right) + 0.5 * (left == right)).mean())


def _f1(words: list[str], gold: list[str]) -> float:
    shared = sum((Counter(words) & Counter(gold)).values())
    if not words or not gold:
        return float(words == gold)
    return 2 * shared / (len(words) + len(gold))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFC", text).lower()
    return [word for word in re.findall(r"\w+", folded) if word not in _ARTICLES]
