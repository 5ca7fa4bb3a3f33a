"""Which sentence answers: what the search and the reader say of each, weighed.

A sentence that repeats the question is near to it and seldom answers it, so what it repeats counts
against it. The weights, in units of a sentence's own score, stand in `sentences.json`, and how they
were fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from index.article import Sentence
from index.findings import AnswerSpan, Hit, PassageReading
from index.search.confidence import check_format, load_calibration, weights_of

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
        check_format(stored, RANKING_FORMAT)
        weights = weights_of(stored, SentenceFeatures)
        return cls(weights, float(stored["usual_echo"]))

    def rank(self, features: SentenceFeatures) -> float:
        """How well a sentence with these answers (higher is better)."""
        return sum(weight * float(getattr(features, name)) for name, weight in self.weights.items())


def rank_sentences(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits with how well each of their sentences answers.

    A rank depends on the words found in all hits: where one of them has no ranks, all get new ones.
    """
    if all(len(hit.ranks) == len(hit.sentences) for hit in hits):
        return tuple(hits)
    ranking = _shipped()
    features = sentence_features(hits, ranking.usual_echo)
    return tuple(
        replace(hit, ranks=tuple(map(ranking.rank, of_hit)))
        for hit, of_hit in zip(hits, features, strict=True)
    )


def best_sentence(hit: Hit) -> Sentence:
    """The sentence of a ranked hit that answers best."""
    return hit.sentences[hit.ranks.index(max(hit.ranks))].sentence


def sentence_features(hits: Sequence[Hit], usual_echo: float) -> list[list[SentenceFeatures]]:
    """Those of each sentence of each hit."""
    logits = sorted(
        (span.logit for hit in hits if hit.reading for span in hit.reading.spans), reverse=True
    )
    features = []
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
        features.append(of_hit)
    return features


def span_within(reading: PassageReading | None, start: int, end: int) -> AnswerSpan | None:
    """The best words found that begin there, if any."""
    spans = reading.spans if reading else ()
    return next((each for each in spans if start <= each.start < end), None)


def _lead(span: AnswerSpan, logits: Sequence[float]) -> float:
    """How far its logit stands before the best of the others, which are given the best first."""
    rival = logits[1:2] if span.logit == logits[0] else logits[:1]
    return _bounded(span.logit - rival[0], _MOST_LEAD) if rival else _MOST_LEAD


def _bounded(logit: float, most: float) -> float:
    return max(-most, min(most, logit))


@cache
def _shipped() -> SentenceRanking:
    return load_calibration("index.reading", SentenceRanking.of, "sentences.json")
