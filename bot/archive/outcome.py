"""Answers of the archive's functions from cited lines, and their refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.answer import Answer, Citation, MonthCount, Statement
from bot.answering.refusal import Decision, decide_by_articles, refusal_of
from bot.archive.material import Material
from bot.archive.request import ArchiveRequest
from bot.archive.subject import FoundSubject
from bot.archive.texts import SubjectPhrases
from bot.locale.answers import title_of
from index.search.searcher import Searcher

_NEAR_PASSAGES = 30


class Line(Protocol):
    """Something to cite."""

    def cite(self, number: int) -> Citation: ...


def answer_lines(
    request: ArchiveRequest,
    statements: Sequence[Statement],
    lines: Sequence[Line],
    heading: str = "",
    further: Sequence[Line] = (),
    *,
    rest: Sequence[Statement] = (),
    whole_heading: str = "",
    material: Material | None = None,
) -> Answer:
    """Build the answer of these lines, each a statement of its own, below a heading.

    The `rest` are statements of the `further` lines, below the `whole_heading` with the others.
    The first heading says which articles of the `material` are left out as of another subject.
    """
    if not statements:
        return refuse_request(request, decide_by_articles((), period=request.period))
    citations = _cite_once([line.cite(number) for number, line in enumerate(lines, 1)])
    articles = [citation.article for citation in citations]
    first, *others = statements
    note = ""
    subject = material.subject if material is not None else None
    if subject is not None and subject.homonyms:
        title = title_of(subject.homonyms[0], request.language)
        note = SubjectPhrases.of(request.language).homonyms(len(subject.homonyms), title)
    heading = heading or first.heading
    end = "." if note and heading and not heading.endswith((".", ":")) else ""
    first = replace(first, heading=f"{heading}{end} {note}".strip())
    return Answer(
        question=request.question,
        language=request.language,
        outcome=decide_by_articles(
            articles, is_near=material is not None and material.is_near
        ).outcome,
        confidence=1.0,
        statements=(first, *others),
        citations=citations,
        further=tuple(line.cite(number) for number, line in enumerate(further, len(lines) + 1)),
        period=request.period,
        intent=request.function,
        subject=subject.name.subject if subject is not None else request.subject,
        rest=tuple(rest),
        whole_heading=f"{whole_heading}{note}" if rest else "",
        coverage=_count_months(subject) if subject is not None else (),
    )


def _cite_once(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The citations without the sentences that they lean on where those stand right before."""
    befores = (None, *citations)
    return tuple(
        replace(citation, lead=None)
        if before is not None
        and citation.lead is not None
        and (before.article.id, before.quote) == (citation.article.id, citation.lead.text)
        else citation
        for before, citation in zip(befores, citations, strict=False)
    )


def _count_months(subject: FoundSubject) -> tuple[MonthCount, ...]:
    days = (own.article.published for own in subject.articles)
    months = Counter(day.replace(day=1) for day in days if day is not None)
    return tuple(MonthCount(month, months[month]) for month in sorted(months))


def refuse_subject(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Refuse a subject of which the articles say nothing of the kind; offer those near it."""
    hits = searcher.search(request.subject, _NEAR_PASSAGES).hits
    return refuse_request(request, decide_by_articles((), hits, request.period))


def refuse_request(request: ArchiveRequest, decision: Decision) -> Answer:
    return refusal_of(request.question, decision, language=request.language, period=request.period)
