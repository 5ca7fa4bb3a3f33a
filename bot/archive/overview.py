"""Overview of a subject: its newest state first, then positions, then background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot.answer import Answer, Statement
from bot.archive.events import Event, distinct, find_lines, is_history
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speech
from bot.archive.subject import find_subject
from bot.archive.texts import OverviewPhrases
from index.search.searcher import Searcher

_NEWEST_DAYS = 3  # an article this much older than the newest one tells no newest state


def tell_overview(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Tell what the articles say of a subject, under headings; no two lines say the same."""
    found = find_subject(searcher, request.subject, request.period, request.question)
    lines = find_lines(found.central)
    if not lines:
        return refuse_subject(request, searcher)
    phrases = OverviewPhrases.of(request.language)
    newest = max((line.article.published or date.min for line in lines), default=date.min)

    def is_newest(line: Event) -> bool:
        return (newest - (line.article.published or date.min)).days <= _NEWEST_DAYS

    shown: list[Event] = []
    statements: list[Statement] = []
    for heading, most, fits in (
        (phrases.newest, 3, is_newest),
        (phrases.positions, 3, _is_position),
        (phrases.background, 4, lambda line: not is_newest(line) or line.day is not None),
    ):
        own = _choose(lines, most, fits, shown)
        if fits is is_newest and is_history(own):
            heading = phrases.history
        for line in own:
            shown.append(line)
            statements.append(Statement(line.text, (len(shown),), heading=heading))
            heading = ""
    return answer_lines(request, statements, shown, found=found)


def _choose(
    lines: Sequence[Event], most: int, fits: Callable[[Event], bool], shown: Sequence[Event]
) -> list[Event]:
    ranked = sorted(lines, key=lambda line: (-line.weight, line.place))
    chosen = distinct((line for line in ranked if fits(line)), most, shown)
    return sorted(chosen, key=lambda line: (line.article.published or date.min, line.place))


def _is_position(line: Event) -> bool:
    speech = find_speech(line.text, line.article.language)
    return speech is not None and speech.speaker is not None
