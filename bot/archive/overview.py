"""Overview of a subject and the latest on it: its newest state first, then what was told before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.answer import Answer, Statement
from bot.archive.events import Event, distinct, is_history, ranked
from bot.archive.material import find_material
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speaker
from bot.archive.texts import LatestPhrases, OverviewPhrases
from index.search.searcher import Searcher

_NEWEST_DAYS = 3  # an article this much older than the newest one tells no newest state
_STATE_LINES = 3  # at least, of the newest state
_LINES = 15
_NEWS_MARGIN = 2.0  # of weight behind the best line, of one of an article that tells the latest
_NEWEST_LINES, _BEFORE_LINES = 10, 1  # of the latest


def tell_overview(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Tell what the articles say of a subject, under headings; no two lines say the same."""
    material = find_material(request, searcher)
    lines = material.lines() if material is not None else []
    if not lines:
        return refuse_subject(request, searcher)
    phrases = OverviewPhrases.of(request.language)
    # An article that only names the subject tells no newest state of it.
    is_told = any(line.is_central for line in lines)
    newest = max(_day(line) for line in lines if line.is_central or not is_told)

    def is_newest(line: Event) -> bool:
        is_about = line.is_central or not is_told
        return is_about and (newest - _day(line)).days <= _NEWEST_DAYS

    ordered = ranked(lines)
    states = distinct(filter(is_newest, ordered), _STATE_LINES)
    chosen = [*states, *distinct(ordered, _LINES - len(states), states)]
    state = [line for line in chosen if is_newest(line)]
    others = [line for line in chosen if not is_newest(line)]
    voices = [line for line in others if find_speaker(line.text, line.article.language)]
    cited: list[Event] = []
    statements: list[Statement] = []
    for heading, own in (
        (phrases.history if is_history(state) else phrases.newest, state),
        (phrases.positions, voices),
        (phrases.background, [line for line in others if line not in voices]),
    ):
        for line in _newest_first(own):
            cited.append(line)
            statements.append(Statement(line.text, (len(cited),), heading=heading))
            heading = ""
    return answer_lines(request, statements, cited, material=material)


def tell_latest(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Tell the news of the newest day with an article on a subject, and those of the day before."""
    material = find_material(request, searcher)
    if material is None:
        return refuse_subject(request, searcher)
    lines = [line for line in material.lines() if line.article.published]
    least = max((line.weight for line in lines), default=0.0) - _NEWS_MARGIN
    told = {line.article.id for line in lines if line.weight >= least}
    lines = [line for line in lines if line.article.id in told]
    if not lines:
        return refuse_subject(request, searcher)
    phrases = LatestPhrases.of(request.language)
    days = sorted({_day(line) for line in lines}, reverse=True)[:2]
    cited: list[Event] = []
    statements: list[Statement] = []
    for at, (day, most) in enumerate(zip(days, (_NEWEST_LINES, _BEFORE_LINES), strict=False)):
        heading = phrases.before(day) if at else phrases.newest(day)
        own = ranked(line for line in lines if _day(line) == day)
        for line in _newest_first(distinct(own, most, cited)):
            cited.append(line)
            statements.append(Statement(line.text, (len(cited),), heading=heading))
            heading = ""
    return answer_lines(request, statements, cited, material=material)


def _newest_first(lines: Sequence[Event]) -> list[Event]:
    """The lines of the newest article first, each article's in its order."""
    by_place = sorted(lines, key=lambda line: (line.article.id, line.sentence.start))
    return sorted(by_place, key=_day, reverse=True)


def _day(line: Event) -> date:
    return line.article.published or date.min
