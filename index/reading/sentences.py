"""Rank sentences by how well they answer, from signals of the search and the reader.

A sentence that repeats the question is near to it and seldom answers it, so repetition counts
against it. A sentence that asks never answers; the one below it is as near as it. The weights, in
units of a sentence's own score, and how they were fitted, are in `sentences.json`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from index.article import Sentence
from index.findings import AnswerSpan, Hit, PassageReading
from index.search.confidence import check_format, load_calibration, weights_of

RANKING_FORMAT = 1

_MOST_SPAN, _MOST_LEAD = 8.0, 10.0  # absolute logits; unread sentences get the negative bound
_QUESTION_LOSS = 10.0  # of rank, more than the signals can make up for
_QUOTATION_MARKS = " \u00a0\u202f«»\"“”'‘’"


@dataclass(frozen=True, slots=True)
class SentenceSignals:
    """Signals that a sentence is ranked by.

    `sentence`: its search score; `passage`: the passage's total; `echo`: the share (0..1) of the
    question's words that it repeats, minus one word; `span`: the logit of its best span; `lead`:
    that logit minus the best one elsewhere.
    """

    sentence: float
    passage: float
    echo: float
    span: float
    lead: float


@dataclass(frozen=True, slots=True)
class SentenceRanking:
    """A weight for each signal; `usual_echo` replaces the echo across languages."""

    weights: Mapping[str, float]
    usual_echo: float

    @classmethod
    def of(cls, weights: Mapping[str, Any]) -> SentenceRanking:
        """Parse the data file. Raises ValueError, KeyError or TypeError."""
        check_format(weights, RANKING_FORMAT)
        return cls(weights_of(weights, SentenceSignals), float(weights["usual_echo"]))

    def rank(self, signals: SentenceSignals) -> float:
        """The rank of a sentence (higher is better)."""
        return sum(weight * float(getattr(signals, name)) for name, weight in self.weights.items())


def rank_sentences(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Fill in the hits' `ranks`. A rank depends on the spans of all hits: if one hit has no ranks,
    all are ranked anew."""
    if all(len(hit.ranks) == len(hit.sentences) for hit in hits):
        return tuple(hits)
    ranking = _load_ranking()
    signals = sentence_signals(hits, ranking.usual_echo)
    return tuple(
        replace(
            hit,
            ranks=tuple(
                ranking.rank(row) - _QUESTION_LOSS * is_question(ranked.sentence.text)
                for row, ranked in zip(rows, hit.sentences, strict=True)
            ),
        )
        for hit, rows in zip(hits, signals, strict=True)
    )


def is_question(sentence: str) -> bool:
    """True for a sentence that asks, but not for one that reports a question."""
    is_quoted = sentence[:1] in _QUOTATION_MARKS
    return (sentence.strip(_QUOTATION_MARKS) if is_quoted else sentence).endswith("?")


def best_sentence(hit: Hit) -> Sentence:
    """The best sentence of a ranked hit."""
    return hit.sentences[hit.ranks.index(max(hit.ranks))].sentence


def sentence_signals(hits: Sequence[Hit], usual_echo: float) -> list[list[SentenceSignals]]:
    """The signals of each sentence of each hit."""
    logits = sorted(
        (span.logit for hit in hits if hit.reading for span in hit.reading.spans), reverse=True
    )
    signals = []
    for hit in hits:
        rows = []
        score_above = -math.inf
        for ranked in hit.sentences:
            score, score_above = max(ranked.score, score_above), -math.inf
            if is_question(ranked.sentence.text):
                score_above = ranked.score
            span = span_within(hit.reading, ranked.sentence.start, ranked.sentence.end)
            rows.append(
                SentenceSignals(
                    score,
                    hit.scores.total,
                    usual_echo if ranked.echo is None else ranked.echo,
                    max(-_MOST_SPAN, min(_MOST_SPAN, span.logit)) if span else -_MOST_SPAN,
                    _lead(span, logits) if span else -_MOST_LEAD,
                )
            )
        signals.append(rows)
    return signals


def span_within(reading: PassageReading | None, start: int, end: int) -> AnswerSpan | None:
    """The best span that begins in this range, if any."""
    spans = reading.spans if reading else ()
    return next((span for span in spans if start <= span.start < end), None)


def _lead(span: AnswerSpan, logits: Sequence[float]) -> float:
    """Logit of the span minus the best other one; `logits` are sorted, highest first."""
    rival = logits[1:2] if span.logit == logits[0] else logits[:1]
    return max(-_MOST_LEAD, min(_MOST_LEAD, span.logit - rival[0])) if rival else _MOST_LEAD


@cache
def _load_ranking() -> SentenceRanking:
    return load_calibration("index.reading", SentenceRanking.of, "sentences.json")
