"""How much an event matters to a listener, told from how an article on it begins.

A small network over the mean vector of its first sentences, as the index has them, and how many
died. `training/news_value.py` fits it on stories that were written and valued for it.
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.resources import files

import numpy as np

from bot.digests.tolls import counts_dead
from bot.verification.quantities import COLLECTIVE, find_quantities
from index.article import Article, Passage
from index.models.base import Vectors
from index.text.folding import fold

SENTENCES = 3  # of an opening, that tell what it is about
_LEAD_SENTENCES = 2  # that count the dead of the news, not of what it recalls
_YEARS = re.compile(r"\W*(?:ans?|years?)\b")  # an age
_SCORES = re.compile(r"\b(\w+)s (?:de |d['’]|of )")  # « des dizaines de morts »


class NewsValueModel:
    """A network with one hidden layer; `model` is the id of the embedder of its vectors.

    A value is in quarters of the scale from 0 to 100 on which the stories were valued.
    """

    def __init__(self) -> None:
        with files(__package__).joinpath("news_value.npz").open("rb") as file:
            weights = np.load(file)
            self.model = str(weights["model"])
            self._hidden, self._bias = weights["hidden"].astype(np.float32), weights["bias"]
            self._out, self._dead_alone = weights["out"], float(weights["dead_alone"])

    def value(self, vectors: Vectors, dead: float, model: str) -> float:
        """The value of a story whose first sentences have these `vectors` of `model`; where it is
        another than the network's, only the dead tell. `dead` is the logarithm of 1 + their number.
        """
        if model != self.model:
            return self._dead_alone * dead
        inputs = features(vectors, dead)
        return float(self._out @ np.maximum(self._hidden @ inputs + self._bias, 0))


news_value_model = cache(NewsValueModel)


def features(vectors: Vectors, dead: float) -> Vectors:
    """What the network reads, shape (d + 1,)."""
    mean = vectors[:SENTENCES].mean(axis=0)
    return np.append(mean / np.linalg.norm(mean), np.float32(dead))


def news_value(article: Article, opening: Passage, vectors: Vectors, model: str) -> float:
    """The value of an article whose opening has these sentence vectors of an embedding model."""
    lead = " ".join(each.text for each in opening.sentences[:_LEAD_SENTENCES])
    return news_value_model().value(
        vectors, log_dead(f"{article.title}. {lead}", article.language), model
    )


def log_dead(text: str, language: str) -> float:
    """The logarithm of 1 + the highest number of deaths in a text."""
    counts = [
        max(each.values)
        for each in find_quantities(text, language)
        if not (each.ordinal or _YEARS.match(text[each.end :]))
        and counts_dead(text, each.start, each.end)
    ]
    for match in _SCORES.finditer(text):
        if (score := COLLECTIVE.get(fold(match[1]))) and counts_dead(text, *match.span()):
            counts.append(3 * score)
    return math.log1p(max(counts, default=0.0))
