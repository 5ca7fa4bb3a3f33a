"""Answers made of the articles' own sentences, without a chat model."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from heapq import heappop, heappush
from itertools import accumulate

from bot.answer import Answer, Citation, Outcome, Statement
from bot.answering.injection import is_order
from bot.answering.refusal import decide_by_evidence, lower, refuse
from bot.answering.topic import on_subject
from index.article import Article, Passage, Sentence
from index.findings import AnswerSpan, Findings, Hit
from index.reading.evidence import QUOTED_HITS
from index.reading.sentences import rank_sentences, span_within
from index.search.confidence import Thresholds
from index.text.antecedents import find_leads
from index.text.folding import fold, folded_words
from index.text.language import terms
from index.text.names import CALENDAR

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
        {stem for stem in each if any(map(str.isdigit, stem))} for each in (stems, other_stems)
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
_MAX_WORDS_OF_MORE = 60  # of sentences that disagree, and of a list with its introduction
_MIN_WORDS = 4  # of a sentence that answers, besides those of a date
_HIGHLIGHT_LOGIT = 1.0  # minimum of a span
_UPDATE_LOGIT = 3.0  # minimum of a span that answers otherwise, in a newer article
_ORDER_LOSS, _FRAGMENT_LOSS = 0.15, 0.25  # of rank
SURE_ORDER_LOGIT = 0.4  # of orders to machines, stricter since they are only quoted here
_RANK_MARGIN = 0.04  # behind the best sentence
_DOUBTFUL_MARGIN = 0.1  # when the best sentence may be wrong
FURTHER_PASSAGES = 5  # offered with an answer


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence or list that may be quoted: the hit's sentences from `at` to `last`.

    `lead` is the sentence it leans on, or the introduction of a list too long to quote.
    """

    hit: Hit
    at: int
    last: int
    rank: float
    lead: Sentence | None

    @property
    def start(self) -> int:
        return self.hit.sentences[self.at].sentence.start

    @property
    def end(self) -> int:
        return self.hit.sentences[self.last].sentence.end

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def article(self) -> Article:
        return self.hit.article

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.hit.passage.sentences[self.at : self.last + 1]

    @property
    def span(self) -> AnswerSpan | None:
        """The reader's best span in the text; it may end after it."""
        return span_within(self.hit.reading, self.start, self.end)

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

    def relation(self, other: Quotable) -> Relation:
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
        self._thresholds = thresholds

    async def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        """Yield the complete answer."""
        yield await asyncio.to_thread(self.answer, findings)

    def answer(self, findings: Findings) -> Answer:
        """CPU work, not for an event loop."""
        findings = replace(findings, hits=rank_sentences(findings.hits))
        decision = decide_by_evidence(findings, self._thresholds)
        if not decision.may_answer:
            return refuse(findings, decision)
        ranked, doubtful = _rank(findings.hits), decision.outcome == "perhaps"
        candidates = _demote_orders(ranked, _DOUBTFUL_MARGIN if doubtful else _RANK_MARGIN)
        best = next(candidates)
        if (update := _find_update(ranked, best)) is not None:
            points = [Point(each, is_disputed=True) for each in (best, update)]
            answer = quote_points(findings, _order(points), (), decision.outcome)
            return lower(answer)
        points = _choose(best, candidates, doubtful=doubtful)
        highlights = [each for each in points if each is points[0] or each.is_disputed]
        return quote_points(
            findings, _order(points), () if doubtful else highlights, decision.outcome
        )


def quote_points(
    findings: Findings, points: Sequence[Point], highlights: Sequence[Point], outcome: Outcome
) -> Answer:
    """Build the answer that shows these points, in this order, with a highlight in those of
    `highlights`.

    The hits must have been ranked.
    """
    statements: list[Statement] = []
    citations: list[Citation] = []
    for point in points:
        first = len(citations) + 1
        candidates = [point.candidate, *point.support]
        citations += [each.cite(number) for number, each in enumerate(candidates, first)]
        numbers = tuple(range(first, first + len(candidates)))
        highlight = point.candidate.highlight if point in highlights else None
        statements.append(Statement(point.candidate.text, numbers, highlight))
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


def _find_update(candidates: Sequence[Quotable], best: Quotable) -> Quotable | None:
    """The first sentence of a newer article that answers otherwise than the best one."""
    older = best.article.published
    if older is None or best.span is None:
        return None
    answer, text = _answer(best, best.span), _words(best.text)
    for each in candidates:
        newer, span = each.article.published, each.span
        if newer is None or newer <= older or span is None or span.logit < _UPDATE_LOGIT:
            continue
        other = _answer(each, span)
        is_same = other in text or answer in other or each.relation(best) is Relation.SAME
        if not is_same and not is_order(each.text, SURE_ORDER_LOGIT):
            return each
    return None


def _answer(candidate: Quotable, span: AnswerSpan) -> str:
    return _words(candidate.article.text[span.start : span.end])


def _words(text: str) -> str:
    """The folded words, each between spaces."""
    return f" {' '.join(folded_words(text))} "


def _choose(best: Quotable, candidates: Iterator[Quotable], *, doubtful: bool) -> list[Point]:
    """Choose the sentences to show, best first.

    The best one, then those close behind it that add something, as long as the answer stays short;
    contradictions have more room. If doubtful, the two best.
    """
    most = 2 if doubtful else MAX_QUOTED_SENTENCES
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
        if (doubtful or total <= room) and len(points) < most:
            for point in rivals:
                point.is_disputed = True
            points.append(Point(candidate, is_disputed=bool(rivals)))
            words = total
    return points


def _rank(hits: Sequence[Hit]) -> list[Quotable]:
    """Rank the candidates; introductions (« Trois inventions suffisent : ») only if alone."""
    every = [candidate for hit in hits[:QUOTED_HITS] for candidate in quotables(hit)]
    candidates = [each for each in every if not each.text.endswith(":")] or every
    return sorted(candidates, key=lambda candidate: -candidate.rank)


def quotables(hit: Hit) -> list[Quotable]:
    """The quotable sentences and lists of a ranked hit; fragments rank lower."""
    lead_of = find_leads(hit.passage, hit.article.language)
    candidates = [
        Quotable(hit, at, at, rank - (0 if _is_full(each.sentence.text) else _FRAGMENT_LOSS), lead)
        for at, (rank, each, lead) in enumerate(zip(hit.ranks, hit.sentences, lead_of, strict=True))
    ]
    for each in reversed(_find_lists(hit.passage)):
        intro = hit.passage.sentences[each.intro]
        rest = range(each.last_quote + 1, each.last + 1)
        best = max(hit.ranks[each.intro : each.last_quote + 1])
        candidates[each.intro : each.last + 1] = [
            Quotable(hit, each.intro, each.last_quote, best, lead_of[each.intro]),
            *(Quotable(hit, at, at, hit.ranks[at], intro) for at in rest),
        ]
    return candidates


@dataclass(frozen=True, slots=True)
class _PassageList:
    """Indices of a list's introduction, of the last sentence quoted with it, and of its end."""

    intro: int
    last_quote: int
    last: int


def _find_lists(passage: Passage) -> list[_PassageList]:
    """Find lists of two or more items after a sentence that ends with a colon.

    All parsers write one item a line, and a blank line between paragraphs.
    """
    lists: list[_PassageList] = []
    sentences = passage.sentences
    for at, sentence in enumerate(sentences[:-1]):
        if not sentence.text.endswith(":") or (lists and at <= lists[-1].last):
            continue
        gaps = [
            passage.text[one.end - passage.start : other.start - passage.start].count("\n")
            for one, other in zip(sentences[at:], sentences[at + 1 :], strict=False)
        ]
        if not gaps[0]:
            continue
        lines = next((n for n, gap in enumerate(gaps[1:]) if gap > 1), len(gaps) - 1)
        ends = [at + 1 + n for n in range(lines + 1) if n == lines or gaps[n + 1]]
        if len(ends) > 1:
            words = accumulate(len(each.text.split()) for each in sentences[at:])
            most = sum(total <= _MAX_WORDS_OF_MORE for total in words)  # sentences, from `at` on
            short = [end for end in ends if end < at + most]
            lists.append(_PassageList(at, max(short, default=ends[0]), ends[-1]))
    return lists


def _is_full(sentence: str) -> bool:
    """True unless the sentence is a bare date, name or caption."""
    words = (fold(word.strip(".,;:()«»").lower()) for word in sentence.split())
    count = sum(any(map(str.isalpha, word)) and word not in CALENDAR for word in words)
    return count >= _MIN_WORDS


def _demote_orders(candidates: Sequence[Quotable], margin: float) -> Iterator[Quotable]:
    """Rank orders to machines lower, and stop at `margin` behind the best.

    Lazy: judges only the candidates that are consumed.
    """
    heap = [(-candidate.rank, at, candidate) for at, candidate in enumerate(candidates)]
    checked_places: set[int] = set()
    floor = -math.inf
    while heap:
        _, at, candidate = heappop(heap)
        if candidate.rank < floor:
            return
        if at not in checked_places and is_order(candidate.text, SURE_ORDER_LOGIT):
            lower = replace(candidate, rank=candidate.rank - _ORDER_LOSS)
            heappush(heap, (-lower.rank, at, lower))
        else:
            floor = max(floor, candidate.rank - margin)
            yield candidate
        checked_places.add(at)


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
            articles = [point.candidate.article, *(each.article for each in point.support)]
            if candidate.article not in articles and len(articles) < _MAX_ARTICLES:
                point.support.append(candidate)
            return True
    return False


def _order(points: Sequence[Point]) -> list[Point]:
    """Put the best first, then the others by article in reading order; disputed ones by date."""
    order = list(dict.fromkeys(point.candidate.article.id for point in points))
    has_dispute = any(point.is_disputed for point in points)

    def key(point: Point) -> tuple[int, bool, int, int]:
        article = point.candidate.article
        age = -article.published.toordinal() if has_dispute and article.published else 0
        is_further = not has_dispute and point is not points[0]
        return age, is_further, order.index(article.id), point.candidate.start

    return sorted(points, key=key)


def _further(hits: Sequence[Hit], citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """Cite the best sentence of each passage that is not cited yet."""
    places = {(each.article.id, each.passage.start) for each in citations}
    other_hits = [
        hit for hit in on_subject(hits) if (hit.article.id, hit.passage.start) not in places
    ]
    best = [
        max(candidates, key=lambda candidate: candidate.rank)
        for candidates in map(quotables, other_hits[:FURTHER_PASSAGES])
        if candidates
    ]
    return tuple(each.cite(number) for number, each in enumerate(best, len(citations) + 1))
