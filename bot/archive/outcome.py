"""Answers of the archive's functions from cited lines, and their refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import decide_by_articles, refusal_of
from bot.archive.request import ArchiveRequest
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
    is_near: bool = False,
) -> Answer:
    """Build the answer of these lines, each a statement of its own, below a heading; `is_near` if
    one is not on the subject by name."""
    citations = tuple(each.cite(number) for number, each in enumerate(lines, 1))
    articles = [each.article for each in citations]
    statements = [
        replace(each, heading=heading if heading and not at else each.heading)
        for at, each in enumerate(statements)
    ]
    return Answer(
        question=request.question,
        language=request.language,
        outcome=decide_by_articles(articles, is_near=is_near).outcome,
        confidence=1.0,
        statements=tuple(statements),
        citations=citations,
        further=tuple(each.cite(number) for number, each in enumerate(further, len(lines) + 1)),
        period=request.period,
    )


def refuse_subject(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Refuse a subject of which the articles say nothing of the kind; offer those near it."""
    hits = searcher.search(request.subject, _NEAR_PASSAGES).hits
    decision = decide_by_articles((), hits, request.period)
    return refusal_of(request.question, decision, language=request.language, period=request.period)
