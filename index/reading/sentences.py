"""Which sentence answers: what the search and the reader say of each, weighed.

A sentence that repeats the question is near to it and seldom answers it, so what it repeats counts
against it. The weights, in units of a sentence's own score, stand in `sentences.json`, and how they
were fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from index.article import Sentence
from index.findings import FoundSpan, Hit, PassageReading
from index.search.confidence import fitted_weights, load_calibration

RANKING_FORMAT = 1

_MOST_SPAN, _MOST_LEAD = 8.0, 10.0  # logits either way; what was not read stands at the lower end


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What a sentence is ranked by.

    `sentence` is its score in the search and `passage` the total of its passage; `echo` the share
    (0..1) of the question's words that it repeats, but for one; `span` the logit of the best words
    in it, and `lead` how far they stand before the best elsewhere (less than 0: behind).
    """

    sentence: float
    passage: float
    echo: float
    span: float
    lead: float


@dataclass(frozen=True, slots=True)
class SentenceRanking:
    """A weight for each feature; `usual_echo` stands for the echo across languages."""

    weights: Mapping[str, float]
    usual_echo: float

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> SentenceRanking:
        """From the object in the data file. Raises ValueError, KeyError or TypeError."""
        weights = fitted_weights(stored, RANKING_FORMAT, SentenceFeatures)
        return cls(weights, float(stored["usual_echo"]))

    def rank(self, features: SentenceFeatures) -> float:
        """How well a sentence with these answers (higher is better)."""
        return sum(weight * float(getattr(features, name)) for name, weight in self.weights.items())


def rank_sentences(hits: Sequence[Hit]) -> list[list[float]]:
    """How well each sentence of each hit answers, as they follow each other there."""
    ranking = _shipped()
    return [
        [ranking.rank(each) for each in of_hit]
        for of_hit in sentence_features(hits, ranking.usual_echo)
    ]


def best_sentence(hits: Sequence[Hit]) -> Sentence:
    """The one of the first hit that answers best."""
    ranks, *_ = rank_sentences(hits)
    return hits[0].sentences[ranks.index(max(ranks))].sentence


def sentence_features(hits: Sequence[Hit], usual_echo: float) -> list[list[SentenceFeatures]]:
    """Those of each sentence of each hit."""
    logits = sorted(
        (span.logit for hit in hits if hit.reading for span in hit.reading.spans), reverse=True
    )
    found = []
    for hit in hits:
        of_hit = []
        for ranked in hit.sentences:
            span = span_within(hit.reading, ranked.sentence.start, ranked.sentence.end)
            of_hit.append(
                SentenceFeatures(
                    ranked.score,
                    hit.scores.total,
                    usual_echo if ranked.echo is None else ranked.echo,
                    _bounded(span.logit, _MOST_SPAN) if span else -_MOST_SPAN,
                    _lead(span, logits) if span else -_MOST_LEAD,
                )
            )
        found.append(of_hit)
    return found


def span_within(reading: PassageReading | None, start: int, end: int) -> FoundSpan | None:
    """The best words found that begin there, if any."""
    spans = reading.spans if reading else ()
    return next((each for each in spans if start <= each.start < end), None)


def _lead(span: FoundSpan, logits: Sequence[float]) -> float:
    """How far its logit stands before the best of the others, which are given the best first."""
    rival = logits[1:2] if span.logit == logits[0] else logits[:1]
    return _bounded(span.logit - rival[0], _MOST_LEAD) if rival else _MOST_LEAD


def _bounded(logit: float, most: float) -> float:
    return max(-most, min(most, logit))


@cache
def _shipped() -> SentenceRanking:
    return load_calibration("index.reading", SentenceRanking.of, "sentences.json")
