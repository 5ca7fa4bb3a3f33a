"""Answers made of the articles' own sentences, without a chat model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import takewhile

from bot.answer import Answer, Citation, Outcome, Statement
from bot.answering.injection import is_machine_text
from bot.answering.refusal import decide_by_evidence, least_sure, refuse
from bot.answering.topic import on_subject
from bot.locale.answers import Phrases
from index.article import Sentence
from index.findings import Findings, Hit
from index.reading.extracts import Extract, find_extracts, rank_extracts
from index.reading.sentences import is_question, rank_sentences
from index.search.confidence import Thresholds
from index.text.antecedents import find_leads
from index.text.event_days import find_relative_times
from index.text.folding import folded_words
from index.text.language import terms

_SAME_SHARE = 0.7  # minimum of the shorter sentence's words that the other one has too


class Relation(Enum):
    """`SAME`: one adds nothing to the other. `DIFFERS`: the same except for its numbers."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"


def relation(one: str, other: str, language: str) -> Relation:
    """Compare two sentences of the same language."""
    stems, other_stems = (set(terms(text, language)) for text in (one, other))
    numbers, other_numbers = (
        {stem for stem in own if any(map(str.isdigit, stem))} for own in (stems, other_stems)
    )
    words, other_words = stems - numbers, other_stems - other_numbers
    shorter = min(len(words), len(other_words))
    if not shorter or len(words & other_words) < _SAME_SHARE * shorter:
        return Relation.NEW
    if numbers <= other_numbers or other_numbers <= numbers:
        return Relation.SAME
    return Relation.DIFFERS


MAX_QUOTED_SENTENCES = 3
_MAX_ARTICLES = 3  # quoted for the same statement
_MAX_WORDS = 40  # of an answer of several sentences
_MAX_WORDS_OF_MORE = 60  # of sentences that disagree
_HIGHLIGHT_LOGIT = 1.0  # minimum of a span
_UPDATE_LOGIT = 3.0  # minimum of a span that answers otherwise, in a newer article
_RANK_MARGIN, _PERHAPS_MARGIN = 0.04, 0.2  # behind the best sentence
FURTHER_PASSAGES = 5  # offered with an answer


@dataclass(frozen=True, slots=True)
class Quotable(Extract):
    """An extract with its `lead`: the sentence that it leans on, the question that it answers, or
    the introduction of a list too long to quote."""

    lead: Sentence | None = None

    @property
    def highlight(self) -> tuple[int, int] | None:
        """Offsets of the reader's best span in the text, if it is sure of it."""
        span = self.span
        if span is None or span.logit < _HIGHLIGHT_LOGIT:
            return None
        return span.start - self.start, min(span.end, self.end) - self.start

    @property
    def words(self) -> int:
        """Word count, including the lead."""
        return len(self.text.split()) + (len(self.lead.text.split()) if self.lead else 0)

    def relation(self, other: Extract) -> Relation:
        if self.article.language != other.article.language:
            return Relation.NEW
        return relation(self.text, other.text, self.article.language)

    def cite(self, number: int) -> Citation:
        passage, article = self.hit.passage, self.article
        return Citation(number, self.text, self.start, self.end, passage, article, self.lead)


@dataclass(slots=True)
class Point:
    """A sentence to show, and sentences of other articles that say the same."""

    candidate: Quotable
    support: list[Quotable] = field(default_factory=list)
    is_disputed: bool = False


class ExtractiveAnswerer:
    """An `Answerer`: the best one to three sentences, verbatim, each with its citation."""

    joins_parts = False

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds

    async def ainvoke(self, findings: Findings) -> Answer:
        return await asyncio.to_thread(self.answer, findings)

    def answer(self, findings: Findings) -> Answer:
        """CPU work, not for an event loop."""
        findings = replace(findings, hits=rank_sentences(findings.hits))
        decision = decide_by_evidence(findings, self.thresholds)
        if not decision.may_answer:
            return refuse(findings, decision)
        ranked = rank_extracts(findings.hits)
        is_sure = decision.outcome == "sure"
        margin = _RANK_MARGIN if is_sure else _PERHAPS_MARGIN
        for_people = (extract for extract in ranked if not is_machine_text(extract.text))
        best = _with_lead(next(for_people, ranked[0]))
        extracts = takewhile(lambda extract: extract.rank >= best.rank - margin, for_people)
        if (update := _find_update(ranked, best)) is not None:
            points = [Point(best), Point(_with_lead(update))]
            return quote_points(findings, points, points, least_sure((decision.outcome, "perhaps")))
        points = _choose(best, map(_with_lead, extracts), is_sure=is_sure)
        # The confidence is that of the sentence that ranked first.
        if not is_sure or best.rank != ranked[0].rank:
            return quote_points(findings, _order(points), (), "perhaps")
        highlights = [point for point in points if point is points[0] or point.is_disputed]
        return quote_points(findings, _order(points), highlights, "sure")


def quote_points(
    findings: Findings, points: Sequence[Point], highlights: Sequence[Point], outcome: Outcome
) -> Answer:
    """Build the answer that shows these points, in this order, with a highlight in those of
    `highlights`; without any, the first of several is labelled the likeliest.

    The hits must have been ranked.
    """
    statements: list[Statement] = []
    citations: list[Citation] = []
    for point in points:
        first = len(citations) + 1
        candidates = [point.candidate, *point.support]
        citations += [candidate.cite(number) for number, candidate in enumerate(candidates, first)]
        numbers = tuple(range(first, first + len(candidates)))
        highlight = point.candidate.highlight if point in highlights else None
        is_likeliest = point is points[0] and len(points) > 1 and not highlights
        label = _label(point.candidate, findings.language, is_likeliest=is_likeliest)
        statements.append(Statement(point.candidate.text, numbers, highlight, label=label))
    return Answer(
        question=findings.question,
        language=findings.language,
        outcome=outcome,
        confidence=findings.confidence,
        statements=tuple(statements),
        citations=tuple(citations),
        period=findings.period,
        further=_further(findings.hits, citations),
    )


def _label(candidate: Quotable, language: str, *, is_likeliest: bool) -> str:
    """That it is the likeliest, and the day of its article if what answers in it is only relative
    to that; else ""."""
    phrases, day, span = Phrases.of(language), candidate.article.published, candidate.span
    first, last = 0, len(candidate.text)
    if span is not None:
        first, last = span.start - candidate.start, span.end - candidate.start
    if day is not None and any(
        start < last and first < end for start, end in find_relative_times(candidate.text, day)
    ):
        return (phrases.likeliest_of if is_likeliest else phrases.article_of)(day)
    return phrases.likeliest if is_likeliest else ""


def _find_update(extracts: Sequence[Extract], best: Quotable) -> Extract | None:
    """The first extract of a newer article that answers otherwise than the best one."""
    older = best.article.published
    if older is None or best.span is None:
        return None
    answer, text = _words(best.article.text[best.span.start : best.span.end]), _words(best.text)
    for extract in extracts:
        newer, span = extract.article.published, extract.span
        if newer is None or newer <= older or span is None or span.logit < _UPDATE_LOGIT:
            continue
        other = _words(extract.article.text[span.start : span.end])
        if not (other in text or answer in other or best.relation(extract) is Relation.SAME):
            return extract
    return None


def _words(text: str) -> str:
    """The folded words, each between spaces."""
    return f" {' '.join(folded_words(text))} "


def _choose(best: Quotable, candidates: Iterator[Quotable], *, is_sure: bool) -> list[Point]:
    """Choose the sentences to show, best first.

    The best one, then those close behind it that add something, as long as the answer stays short;
    contradictions have more room. Unless sure, the next best in any case.
    """
    points = [Point(best)]
    words = best.words
    for candidate in candidates:
        # A single list item is no statement (« la radio ; »).
        is_single, text = candidate.last == candidate.at, candidate.text
        if is_single and (text.endswith(";") or text[:1].islower()):
            continue
        if is_lead(candidate, points) or add_support(candidate, points):
            continue
        rivals = [
            point
            for point in points
            if point.candidate.article != candidate.article
            and candidate.relation(point.candidate) is Relation.DIFFERS
        ]
        total = words + candidate.words
        room = _MAX_WORDS_OF_MORE if rivals else _MAX_WORDS
        if (not is_sure or total <= room) and len(points) < MAX_QUOTED_SENTENCES:
            for point in rivals:
                point.is_disputed = True
            points.append(Point(candidate, is_disputed=bool(rivals)))
            words = total
    return points


def quotables(hit: Hit) -> list[Quotable]:
    """The extracts of a ranked hit with their leads, in reading order."""
    return [_with_lead(extract) for extract in find_extracts(hit)]


def _with_lead(extract: Extract) -> Quotable:
    hit, at, sentences = extract.hit, extract.at, extract.hit.passage.sentences
    lead = find_leads(hit.passage, extract.article.language)[at]
    if extract.intro is not None:
        lead = sentences[extract.intro]
    elif at and is_question(sentences[at - 1].text):
        lead = sentences[at - 1]
    return Quotable(hit, at, extract.last, extract.rank, extract.intro, lead)


def is_lead(candidate: Quotable, points: Sequence[Point]) -> bool:
    """True if it is already shown as the lead of a point."""
    return any(
        point.candidate.article == candidate.article
        and point.candidate.lead is not None
        and point.candidate.lead.start == candidate.start
        for point in points
    )


def add_support(candidate: Quotable, points: Sequence[Point]) -> bool:
    """Return True if a sentence repeats a point; add it to its support if from another article."""
    for point in points:
        if candidate.relation(point.candidate) is Relation.SAME:
            articles = [point.candidate.article, *(other.article for other in point.support)]
            if candidate.article not in articles and len(articles) < _MAX_ARTICLES:
                point.support.append(candidate)
            return True
    return False


def _order(points: Sequence[Point]) -> list[Point]:
    """Put the best first, then the others by article in reading order."""
    order = list(dict.fromkeys(point.candidate.article.id for point in points))

    def key(point: Point) -> tuple[bool, int, int]:
        candidate = point.candidate
        return point is not points[0], order.index(candidate.article.id), candidate.start

    return sorted(points, key=key)


def _further(hits: Sequence[Hit], citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Cite the best sentence of each passage that is not cited yet."""
    places = {(citation.article.id, citation.passage.start) for citation in citations}
    other_hits = [
        hit for hit in on_subject(hits) if (hit.article.id, hit.passage.start) not in places
    ]
    best = [
        _with_lead(max(extracts, key=lambda extract: extract.rank))
        for extracts in map(find_extracts, other_hits[:FURTHER_PASSAGES])
        if extracts
    ]
    return tuple(extract.cite(number) for number, extract in enumerate(best, len(citations) + 1))
