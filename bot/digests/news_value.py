"""News value: how much an event matters to a listener, predicted from an article's opening.

A small network over the mean of its first sentence vectors in the index and the death toll, trained
by `training/news_value.py` on stories written and rated for the purpose.
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.resources import files

import numpy as np

from bot.digests.tolls import counts_dead
from index.article import Article, Passage
from index.models.base import Vectors
from index.text.folding import fold
from index.text.quantities import COLLECTIVE, find_quantities

SENTENCES = 3  # averaged, from the opening
_LEAD_SENTENCES = 2  # searched for the toll; later ones may recall other events
_YEARS = re.compile(r"\W*(?:ans?|years?)\b")  # an age
_SCORES = re.compile(r"\b(\w+)s (?:de |d['’]|of )")  # « des dizaines de morts »


class NewsValueModel:
    """A network with one hidden layer; `model` is the ID of the embedder it was trained with.

    The training stories were rated from 0 to 100; values are in units of 25 points.
    """

    def __init__(self) -> None:
        with files(__package__).joinpath("news_value.npz").open("rb") as file:
            weights = np.load(file)
            self.model = str(weights["model"])
            self._hidden, self._bias = weights["hidden"].astype(np.float32), weights["bias"]
            self._out, self._dead_alone = weights["out"], float(weights["dead_alone"])

    def value(self, vectors: Vectors, dead: float, model: str) -> float:
        """Predict a story's value from its first sentence `vectors` by `model`. With vectors of
        another model than its own, only `dead` counts: the logarithm of 1 + the death toll."""
        if model != self.model:
            return self._dead_alone * dead
        inputs = features(vectors, dead)
        return float(self._out @ np.maximum(self._hidden @ inputs + self._bias, 0))


news_value_model = cache(NewsValueModel)


def features(vectors: Vectors, dead: float) -> Vectors:
    """Build the network's input, shape (d + 1,)."""
    mean = vectors[:SENTENCES].mean(axis=0)
    return np.append(mean / np.linalg.norm(mean), np.float32(dead))


def news_value(article: Article, opening: Passage, vectors: Vectors, model: str) -> float:
    """Predict an article's value; `vectors` are its opening's sentence vectors by `model`."""
    lead = " ".join(sentence.text for sentence in opening.sentences[:_LEAD_SENTENCES])
    dead = log_dead(f"{article.title}. {lead}", article.language)
    return news_value_model().value(vectors, dead, model)


def log_dead(text: str, language: str) -> float:
    """Return the logarithm of 1 + the highest death toll in a text."""
    counts = [
        max(quantity.values)
        for quantity in find_quantities(text, language)
        if not (quantity.ordinal or _YEARS.match(text[quantity.end :]))
        and counts_dead(text, quantity.start, quantity.end)
    ]
    for match in _SCORES.finditer(text):
        if (score := COLLECTIVE.get(fold(match[1]))) and counts_dead(text, *match.span()):
            counts.append(3 * score)
    return math.log1p(max(counts, default=0.0))
