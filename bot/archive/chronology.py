"""Chronology of a subject: what the articles date, oldest first, in their own sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from bot.answer import Answer, Statement
from bot.archive.events import Event, in_order, merge_events, select_events
from bot.archive.material import find_material
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.texts import ChronologyPhrases
from index.article import Period
from index.search.searcher import Searcher

SHOWN_EVENTS = 20
MAX_EVENTS = 40  # of a page, those shown and those under « more »
_DATED_WEIGHT = 1.0  # of an event, above the news that an article has no day for
_GAP_DAYS = 365
_DAY_EVENTS = 4  # of one day and article, where there are many


def tell_chronology(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """List the dated events of a subject, oldest first; the weightiest if there are many.

    A period restricts the days of the events, not of the articles.
    """
    material = find_material(replace(request, period=None), searcher)
    if material is None:
        return refuse_subject(request, searcher)
    told = [line for line in material.lines() if line.is_central or line.is_named]
    events = _select(request, select_events(told))
    if len(events) < SHOWN_EVENTS:
        events = _select(request, select_events(told, SHOWN_EVENTS), SHOWN_EVENTS)
    events = [event for event in events if event.period.first > date.min]  # undated articles
    if not events:
        return refuse_subject(request, searcher)
    ranked = sorted(events, key=lambda e: -e.weight - _DATED_WEIGHT * (e.day is not None))
    newest = max(events, key=lambda event: event.article.published or event.period.last)
    ranked.remove(newest)
    skip = (request.page - 1) * MAX_EVENTS
    page = [newest, *ranked][skip : skip + MAX_EVENTS]
    is_whole = request.page > 1 or _is_day(request.period)
    most = MAX_EVENTS if is_whole else SHOWN_EVENTS
    lines, rest = in_order(page[:most]), in_order(page[most:])
    phrases = ChronologyPhrases.of(request.language)
    gap = _widest_gap(lines)
    heading, whole_heading = (
        " ".join(
            [
                phrases.heading(len(part), len(events), {line.article.id for line in part}),
                *([phrases.gap(*gap)] if gap is not None else []),
            ]
        )
        for part in (lines, page)
    )
    statements = [
        Statement(
            line.text,
            (number,),
            label=phrases.differs(day) if line.differs else day,
            days=line.period,
        )
        for number, line in enumerate([*lines, *rest], 1)
        for day in (phrases.label(line.period, line.day),)
    ]
    answer = answer_lines(
        request,
        statements[: len(lines)],
        lines,
        heading,
        further=rest,
        rest=statements[len(lines) :],
        whole_heading=whole_heading,
        material=material,
    )
    return replace(answer, period=None)  # it is not that of the articles


def _select(
    request: ArchiveRequest, events: Sequence[Event], most: int = _DAY_EVENTS
) -> list[Event]:
    """Merge the events of the period, at `most` so many of each day and article."""
    period = request.period
    selection: list[Event] = []
    counts: Counter[tuple[object, str]] = Counter()
    for event in merge_events(events):
        if period and not (period.first <= event.period.last and event.period.first <= period.last):
            continue
        key = (event.period, event.article.id)
        counts[key] += 1
        if _is_day(period) or counts[key] <= most:
            selection.append(event)
    return selection


def _is_day(period: Period | None) -> bool:
    return period is not None and period.first == period.last


def _widest_gap(lines: Sequence[Event]) -> tuple[date, date] | None:
    """The days around the widest gap since the first article, if it is of a year or more."""
    began = min((line.article.published or date.max for line in lines), default=date.max)
    gaps = [
        (one.period.last, other.period.first)
        for one, other in pairwise(lines)
        if one.period.last >= began and (other.period.first - one.period.last).days >= _GAP_DAYS
    ]
    return max(gaps, key=lambda gap: gap[1] - gap[0], default=None)
