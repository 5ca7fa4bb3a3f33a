"""The answer built from the articles' own sentences: no chat model, nothing invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import Answer, Citation, Statement
from bot.pronouns import lead_of
from index.article import Article
from index.search import Findings, Hit, RankedSentence

POOL = 5  # hits whose sentences compete
PASSAGE_WEIGHT = 0.5  # of the passage's total in the rank of its sentences
MOST_SENTENCES = 3
MARGIN = 0.03  # how far behind the best sentence another may stand and still be shown
MOST_WORDS = 60  # in the sentences shown, the first one aside
NEAREST = 3  # articles offered with a refusal


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be shown, where it was found, and how well it stands."""

    hit: Hit
    at: int
    rank: float

    @property
    def ranked(self) -> RankedSentence:
        return self.hit.sentences[self.at]

    @property
    def text(self) -> str:
        return self.ranked.sentence.text


class Extractive:
    """Answers with the best one to three sentences, verbatim, each with its citation."""

    def __init__(self, min_confidence: float) -> None:
        self._min_confidence = min_confidence

    def answer(self, findings: Findings) -> Answer:
        """Refuses, with the nearest articles, when the confidence is too low."""
        if not findings.hits or findings.confidence < self._min_confidence:
            return _answer(findings, (), _nearest(findings.hits))
        chosen = _reading_order(choose(findings.hits))
        citations = tuple(_citation(number, each) for number, each in enumerate(chosen, start=1))
        return _answer(findings, citations, ())


def choose(hits: Sequence[Hit]) -> list[_Candidate]:
    """The sentences to show, best first.

    The best one always; then those close behind it, as long as the whole stays short.
    """
    ranked = sorted(
        (
            _Candidate(hit, at, each.score + PASSAGE_WEIGHT * hit.scores.total)
            for hit in hits[:POOL]
            for at, each in enumerate(hit.sentences)
        ),
        key=lambda candidate: -candidate.rank,
    )
    chosen = ranked[:1]
    words = len(ranked[0].text.split())
    for candidate in ranked[1:]:
        words += len(candidate.text.split())
        if (
            len(chosen) == MOST_SENTENCES
            or words > MOST_WORDS
            or candidate.rank < ranked[0].rank - MARGIN
        ):
            break
        chosen.append(candidate)
    return chosen


def _reading_order(chosen: Sequence[_Candidate]) -> list[_Candidate]:
    """Grouped by article, the best one's first; inside an article as it is read."""
    order = list(dict.fromkeys(each.hit.article.id for each in chosen))
    return sorted(
        chosen,
        key=lambda each: (order.index(each.hit.article.id), each.ranked.sentence.start),
    )


def _citation(number: int, candidate: _Candidate) -> Citation:
    hit, sentence = candidate.hit, candidate.ranked.sentence
    return Citation(
        number=number,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        passage=hit.passage,
        article=hit.article,
        lead=lead_of(hit.passage, sentence, hit.article.language),
    )


def _answer(
    findings: Findings, citations: tuple[Citation, ...], nearest: tuple[Article, ...]
) -> Answer:
    return Answer(
        question=findings.question,
        language=findings.language,
        confidence=findings.confidence,
        statements=tuple(Statement(each.quote, (each.number,)) for each in citations),
        citations=citations,
        nearest=nearest,
        elapsed_ms=0.0,
    )


def _nearest(hits: Sequence[Hit]) -> tuple[Article, ...]:
    articles = {hit.article.id: hit.article for hit in hits}
    return tuple(articles.values())[:NEAREST]
