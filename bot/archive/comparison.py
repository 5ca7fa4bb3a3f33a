"""Comparison of two subjects: what one article says of both, then each by the same aspects."""

from __future__ import annotations

import re
from datetime import date

from bot.answer import Answer, Statement
from bot.archive.events import Event, distinct, find_lines, is_history
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.subject import FoundSubject, find_subject
from bot.archive.texts import ComparisonPhrases
from index.search.searcher import Searcher

_BOTH_LINES, _STATE_LINES, _FIGURE_LINES = 3, 2, 2
_DIGIT = re.compile(r"\d")
_ARTICLE = re.compile(r"^(?:le |la |les |l['’]|the )")  # « Le Monde » keeps its own


def compare_subjects(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Compare the request's subject with its `person`, the other subject."""
    names = (request.subject, request.person)
    found = [find_subject(searcher, name, request.period, request.question) for name in names]
    titles = [_ARTICLE.sub("", name) for name in names]
    lines = [find_lines(subject.central) for subject in found]
    if not all(lines):
        return refuse_subject(request, searcher)
    phrases = ComparisonPhrases.of(request.language)
    shown: list[Event] = []
    statements: list[Statement] = []

    def add(heading: str, chosen: list[Event], side: int = 0) -> None:
        for line in chosen:
            shown.append(line)
            statements.append(Statement(line.text, (len(shown),), heading=heading, side=side))
            heading = ""

    both = [line for own in lines for line in own if _names_all(line, found)]
    add(phrases.both, distinct(_by_weight(both), _BOTH_LINES))
    for side, (name, own) in enumerate(zip(titles, lines, strict=True), 1):
        newest = max(line.article.published or date.min for line in own)
        states = [line for line in own if (line.article.published or date.min) == newest]
        states = distinct(_by_weight(states), _STATE_LINES, shown)
        heading = phrases.history if is_history(states) else phrases.newest
        add(heading(name), states, side)
    for side, (name, own) in enumerate(zip(titles, lines, strict=True), 1):
        figures = [line for line in own if line.is_named and _DIGIT.search(line.text)]
        add(phrases.figures(name), distinct(_by_weight(figures), _FIGURE_LINES, shown), side)
    return answer_lines(request, statements, shown)


def _by_weight(lines: list[Event]) -> list[Event]:
    return sorted(lines, key=lambda line: (-line.weight, line.place))


def _names_all(line: Event, found: list[FoundSubject]) -> bool:
    return all(
        subject.name.is_in(line.text) or subject.name.has_surname(line.text) for subject in found
    )
