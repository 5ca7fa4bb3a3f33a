"""Latest on a subject: what its newest article says, and what the one before it said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.answer import Answer, Statement
from bot.archive.events import Event, distinct, lines_of
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.subject import SubjectArticle, find_subject
from bot.archive.texts import LatestPhrases
from index.search.searcher import Searcher

_NEWEST_LINES, _BEFORE_LINES = 4, 2
_NEWEST_ARTICLES = 3  # of the newest day


def tell_latest(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Tell the news of the newest day with an article on a subject, and those of the day before."""
    found = find_subject(searcher, request.subject, request.period, request.question)
    central = [entry for entry in found.articles if entry.is_central and entry.article.published]
    days = sorted({_day(entry) for entry in central}, reverse=True)[:2]
    if not days:
        return refuse_subject(request, searcher)
    phrases = LatestPhrases.of(request.language)
    lines: list[Event] = []
    statements: list[Statement] = []
    for at, (day, most) in enumerate(zip(days, (_NEWEST_LINES, _BEFORE_LINES), strict=False)):
        own = [entry for entry in central if _day(entry) == day][:_NEWEST_ARTICLES]
        heading = phrases.before(day) if at else phrases.newest(day)
        for line in _news(own, most, lines):
            lines.append(line)
            statements.append(Statement(line.text, (len(lines),), heading=heading))
            heading = ""
    if not lines:
        return refuse_subject(request, searcher)
    return answer_lines(request, statements, lines, found=found)


def _news(articles: Sequence[SubjectArticle], most: int, shown: Sequence[Event]) -> list[Event]:
    """The first lines of each article in turn, those that name the subject first."""
    candidates = [line for own in articles for line in lines_of(own)]
    candidates.sort(key=lambda line: (line.lead is not None, not line.is_named, line.place))
    chosen = distinct(candidates, most, shown)
    order = {own.article.id: rank for rank, own in enumerate(articles)}
    return sorted(chosen, key=lambda line: (order[line.article.id], line.sentence.start))


def _day(own: SubjectArticle) -> date:
    return own.article.published or date.min
