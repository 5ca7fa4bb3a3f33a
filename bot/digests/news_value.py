"""How much an event matters to a listener: a linear score over its headline and first sentences.

`news_value.json` holds the topics, as words and phrases by language, and the weights, which
`bench/news_value.py` fits to orders made by hand and judges on others.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from bot.digests.tolls import counts_dead
from bot.verification.quantities import COLLECTIVE, quantities
from index.article import Article, Passage
from index.text.folding import fold
from index.text.language import keyed_terms

LEAD_SENTENCES = 2  # of an opening, that count beside the headline
_LEAD_SHARE = 0.25  # of a topic's value where only these name it
_LIGHT = "light"  # tributes and anniversaries: the dead that they name are not news
_YEARS = re.compile(r"\W*(?:ans?|years?)\b")  # an age
_SCORES = re.compile(r"\b(\w+)s (?:de |d['’]|of )")  # « des dizaines de morts »


def news_value(article: Article, opening: Passage) -> float:
    """The weighed sum of `news_features`."""
    weights: Mapping[str, float] = _shipped()["weights"]
    return sum(weights[name] * value for name, value in news_features(article, opening).items())


def news_features(article: Article, opening: Passage) -> Mapping[str, float]:
    """Which topics an article is on (0..1), and the logarithm of how many died."""
    lead = " ".join(each.text for each in opening.sentences[:LEAD_SENTENCES])
    title, below = (
        frozenset(keyed_terms(each, article.language)) for each in (article.title, lead)
    )
    features = {}
    for topic, phrases in _topics(article.language.split("-")[0]).items():
        share = _LEAD_SHARE * any(phrase <= below for phrase in phrases)
        features[topic] = 1.0 if any(phrase <= title for phrase in phrases) else share
    text = article.title if features.get(_LIGHT) == 1.0 else f"{article.title}. {lead}"
    return {**features, "dead": math.log1p(_count_dead(text, article.language))}


def _count_dead(text: str, language: str) -> float:
    counts = [
        max(each.values)
        for each in quantities(text, language)
        if not (each.ordinal or _YEARS.match(text[each.end :]))
        and counts_dead(text, each.start, each.end)
    ]
    for match in _SCORES.finditer(text):
        if (score := COLLECTIVE.get(fold(match[1]))) and counts_dead(text, *match.span()):
            counts.append(3 * score)
    return max(counts, default=0.0)


@cache
def _shipped() -> Mapping[str, Any]:
    stored: Mapping[str, Any] = json.loads(
        files(__package__).joinpath("news_value.json").read_text("utf-8")
    )
    return stored


@cache
def _topics(language: str) -> Mapping[str, tuple[frozenset[str], ...]]:
    """The phrases of each topic, as terms; none in a language that the file does not have."""
    return {
        name: tuple(
            frozenset(keyed_terms(phrase, language))
            for phrase in phrases.get(language, "").split(", ")
            if phrase
        )
        for name, phrases in _shipped()["topics"].items()
    }
