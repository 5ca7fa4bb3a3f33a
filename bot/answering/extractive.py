"""The answer built from the articles' own sentences: no chat model, nothing invented."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from heapq import heappop, heappush

from bot.answer import Answer, Citation, Statement
from bot.answering.injection import is_order
from bot.answering.refusal import decide_by_evidence, refusal_of
from bot.answering.topic import on_subject
from index.article import Article, Passage, Sentence
from index.findings import Findings, Hit
from index.reading.names import WEEKDAYS
from index.reading.sentences import rank_sentences, span_within
from index.search.confidence import Thresholds
from index.text.antecedents import leads
from index.text.folding import fold
from index.text.language import terms
from index.text.months import month_names

SAME_SHARE = 0.7  # of the shorter one's words that two quotes share to say the same thing


class Relation(Enum):
    """`SAME`: one adds nothing to the other. `DIFFERS`: the same but for its numbers."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"


def relation(one: str, other: str, language: str) -> Relation:
    """How one sentence stands to another of the same language."""
    words, numbers = _parts(one, language)
    other_words, other_numbers = _parts(other, language)
    shorter = min(len(words), len(other_words))
    if not shorter or len(words & other_words) < SAME_SHARE * shorter:
        return Relation.NEW
    if numbers <= other_numbers or other_numbers <= numbers:
        return Relation.SAME
    return Relation.DIFFERS


def _parts(text: str, language: str) -> tuple[set[str], set[str]]:
    every = set(terms(text, language))
    numbers = {term for term in every if any(char.isdigit() for char in term)}
    return every - numbers, numbers


QUOTED_HITS = 5
"""The best hits, whose sentences may be quoted."""

MOST_SENTENCES = 3
_SHORT = 40  # words of an answer of several sentences
_MOST_WORDS = 60  # where they disagree; also of a list with its introduction, up to a whole item
_LEAST_WORDS = 4  # of a sentence that answers, beside those of a date
_CALENDAR = month_names("fr", "en", "es") | WEEKDAYS

SPAN_LOGIT = 1.0
"""From which on the reader is sure enough of the words to let them stand out."""

ORDER_LOSS, FRAGMENT_LOSS = 0.15, 0.25

SURE_ORDER = 0.4
"""Logit from which on a sentence is taken for an order here, where it would only be quoted."""

MARGIN = 0.04  # how far behind the best rank a sentence may stand
_FURTHER = 5  # passages offered behind an answer


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What may be quoted, where it was found, and how well it stands.

    A sentence, or a list from its introduction on: the sentences from `at` to `last` of the hit.
    `lead` is the sentence it leans on, or the introduction of a list too long to be quoted whole.
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
    def is_list(self) -> bool:
        return self.last > self.at

    @property
    def highlight(self) -> tuple[int, int] | None:
        """The best words that the reader found, if it is sure of them, where they stand here."""
        found = span_within(self.hit.reading, self.start, self.end)
        if found is None or found.logit < SPAN_LOGIT:
            return None
        return found.start - self.start, min(found.end, self.end) - self.start


@dataclass(slots=True)
class _Point:
    """One sentence to show, and sentences of other articles that say the same."""

    candidate: _Candidate
    support: list[_Candidate] = field(default_factory=list)
    disputed: bool = False


class ExtractiveAnswerer:
    """An `Answerer`: the best one to three sentences, verbatim, each with its citation."""

    joins_parts = False

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    async def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        """The answer, whole at once."""
        yield await asyncio.to_thread(self.answer, findings)

    def answer(self, findings: Findings) -> Answer:
        """The answer; processor work, not for an event loop."""
        findings = replace(findings, hits=rank_sentences(findings.hits))
        decision = decide_by_evidence(findings, self._thresholds)
        if not decision.may_answer:
            return refusal_of(
                findings.question,
                decision,
                confidence=findings.confidence,
                language=findings.language,
                period=findings.period,
            )
        statements: list[Statement] = []
        citations: list[Citation] = []
        points = _choose(findings.hits)
        for point in _order(points):
            first = len(citations) + 1
            cited = [point.candidate, *point.support]
            citations += [_citation(number, each) for number, each in enumerate(cited, first)]
            numbers = tuple(range(first, first + len(cited)))
            marked = point is points[0] or point.disputed
            highlight = point.candidate.highlight if marked else None
            statements.append(Statement(point.candidate.text, numbers, highlight))
        return Answer(
            question=findings.question,
            language=findings.language,
            confidence=findings.confidence,
            statements=tuple(statements),
            citations=tuple(citations),
            nearest=(),
            elapsed_ms=0.0,
            period=findings.period,
            further=_further(findings.hits, citations),
            doubtful=decision.doubtful,
        )


def _choose(hits: Sequence[Hit]) -> list[_Point]:
    """What to show, best first: the best sentence always, then those close behind it that add
    something, as long as the whole stays short; what contradicts it has more room."""
    ranked = _without_orders(_ranked(hits))
    best = next(ranked)
    points = [_Point(best)]
    words = _words(best)
    for candidate in ranked:
        if candidate.rank < best.rank - MARGIN:
            break
        if _is_item(candidate) or _is_lead(candidate, points) or _joined(candidate, points):
            continue
        against = _contradicted(candidate, points)
        grown = words + _words(candidate)
        if grown <= (_MOST_WORDS if against else _SHORT) and len(points) < MOST_SENTENCES:
            for point in against:
                point.disputed = True
            points.append(_Point(candidate, disputed=bool(against)))
            words = grown
    return points


def _ranked(hits: Sequence[Hit]) -> list[_Candidate]:
    """What may be quoted, best first.

    A bare date, name or caption stands lower. What only announces (« Trois inventions
    suffisent : ») is left out where there is anything else.
    """
    every = [candidate for hit in hits[:QUOTED_HITS] for candidate in _quotable(hit)]
    ranked = [each for each in every if not each.text.endswith(":")] or every
    return sorted(ranked, key=lambda candidate: -candidate.rank)


def _quotable(hit: Hit) -> list[_Candidate]:
    """The sentences of a ranked hit; those of a list together, as far as there is room."""
    leaned_on = leads(hit.passage, hit.article.language)
    found = [
        _Candidate(hit, at, at, rank - (0 if _tells(each.sentence.text) else FRAGMENT_LOSS), lead)
        for at, (rank, each, lead) in enumerate(
            zip(hit.ranks, hit.sentences, leaned_on, strict=True)
        )
    ]
    for each in reversed(_find_lists(hit.passage)):
        intro = hit.passage.sentences[each.intro]
        rest = range(each.quoted + 1, each.last + 1)
        quoted = max(hit.ranks[each.intro : each.quoted + 1])
        found[each.intro : each.last + 1] = [
            _Candidate(hit, each.intro, each.quoted, quoted, leaned_on[each.intro]),
            *(_Candidate(hit, at, at, hit.ranks[at], intro) for at in rest),
        ]
    return found


@dataclass(frozen=True, slots=True)
class _PassageList:
    """Places in `passage.sentences`: of the introduction, of the last sentence that is quoted with
    it, and of the list's last one."""

    intro: int
    quoted: int
    last: int


def _find_lists(passage: Passage) -> list[_PassageList]:
    """The lists of two items or more behind a sentence that ends with a colon.

    Readers of every format write an item a line, and a blank line between paragraphs.
    """
    found: list[_PassageList] = []
    sentences = passage.sentences
    for at, sentence in enumerate(sentences[:-1]):
        if not sentence.text.endswith(":") or (found and at <= found[-1].last):
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
            short = [end for end in ends if _length(passage, at, end) <= _MOST_WORDS]
            found.append(_PassageList(at, max(short, default=ends[0]), ends[-1]))
    return found


def _length(passage: Passage, first: int, last: int) -> int:
    return sum(len(each.text.split()) for each in passage.sentences[first : last + 1])


def _tells(sentence: str) -> bool:
    """Whether there are words enough to say something, beside those of a date."""
    words = (fold(word.strip(".,;:()«»").lower()) for word in sentence.split())
    count = sum(any(map(str.isalpha, word)) and word not in _CALENDAR for word in words)
    return count >= _LEAST_WORDS


def _without_orders(ranked: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """The same, those that tell a machine what to say lower: they are quoted where nothing else
    comes near. Only as many are looked at as are asked for."""
    waiting = [(-candidate.rank, at, candidate) for at, candidate in enumerate(ranked)]
    seen: set[int] = set()
    while waiting:
        _, at, candidate = heappop(waiting)
        if at not in seen and is_order(candidate.text, SURE_ORDER):
            lower = replace(candidate, rank=candidate.rank - ORDER_LOSS)
            heappush(waiting, (-lower.rank, at, lower))
        else:
            yield candidate
        seen.add(at)


def _is_item(candidate: _Candidate) -> bool:
    """Whether it is one of a list, which says nothing by itself (« la radio ; »)."""
    return not candidate.is_list and (candidate.text.endswith(";") or candidate.text[:1].islower())


def _is_lead(candidate: _Candidate, points: Sequence[_Point]) -> bool:
    """Whether it is shown already, before one that leans on it."""
    return any(
        point.candidate.article == candidate.article
        and point.candidate.lead is not None
        and point.candidate.lead.start == candidate.start
        for point in points
    )


def _words(candidate: _Candidate) -> int:
    lead = candidate.lead
    return len(candidate.text.split()) + (len(lead.text.split()) if lead else 0)


def _joined(candidate: _Candidate, points: Sequence[_Point]) -> bool:
    """Whether the sentence says what is said already; another article's then supports it."""
    for point in points:
        if _relation(candidate, point.candidate) is Relation.SAME:
            articles = [point.candidate.article, *(each.article for each in point.support)]
            if candidate.article not in articles and len(articles) < MOST_SENTENCES:
                point.support.append(candidate)
            return True
    return False


def _contradicted(candidate: _Candidate, points: Sequence[_Point]) -> list[_Point]:
    """Those of other articles that it contradicts; all are then shown, newest first."""
    return [
        point
        for point in points
        if point.candidate.article != candidate.article
        and _relation(candidate, point.candidate) is Relation.DIFFERS
    ]


def _relation(one: _Candidate, other: _Candidate) -> Relation:
    if one.article.language != other.article.language:
        return Relation.NEW
    return relation(one.text, other.text, one.article.language)


def _order(points: Sequence[_Point]) -> list[_Point]:
    """The best first, for it is the answer; then the others, grouped by article, as they are read.

    What is disputed comes newest first.
    """
    order = list(dict.fromkeys(point.candidate.article.id for point in points))
    disputed = any(point.disputed for point in points)

    def place(point: _Point) -> tuple[int, bool, int, int]:
        published = point.candidate.article.published
        newest = -published.toordinal() if disputed and published else 0
        behind = not disputed and point is not points[0]
        article = point.candidate.article.id
        return newest, behind, order.index(article), point.candidate.start

    return sorted(points, key=place)


def _citation(number: int, candidate: _Candidate) -> Citation:
    return Citation(
        number=number,
        quote=candidate.text,
        start=candidate.start,
        end=candidate.end,
        passage=candidate.hit.passage,
        article=candidate.article,
        lead=candidate.lead,
    )


def _further(hits: Sequence[Hit], cited: Sequence[Citation]) -> tuple[Citation, ...]:
    """The best sentence of each passage that is not cited."""
    used = {(each.article.id, each.passage.start) for each in cited}
    unused = [hit for hit in on_subject(hits) if (hit.article.id, hit.passage.start) not in used]
    best = [
        max(candidates, key=lambda candidate: candidate.rank)
        for candidates in map(_quotable, unused[:_FURTHER])
        if candidates
    ]
    return tuple(_citation(number, each) for number, each in enumerate(best, len(cited) + 1))
