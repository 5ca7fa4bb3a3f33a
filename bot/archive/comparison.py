"""Comparison of two subjects: what one article says of both, then each by the same aspects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answer import Answer, Statement
from bot.answering.comparison import split_subjects
from bot.answering.refusal import reply_with
from bot.archive.events import Event, distinct, is_history, ranked
from bot.archive.material import Material, find_material
from bot.archive.outcome import answer_lines, refuse_subject
from bot.archive.periods import cut_period
from bot.archive.request import ArchiveRequest
from bot.archive.texts import ComparisonPhrases
from index.search.searcher import Searcher
from index.text.dates import period_around
from index.text.event_days import find_event_days
from index.text.folding import fold_phrase

_BOTH_LINES, _SIDE_LINES = 3, 9
_DIGIT = re.compile(r"\d")
_ARTICLE = re.compile(r"^(?:le |la |les |l['’]|the )")  # « Le Monde » keeps its own
_BETWEEN = re.compile(
    r",? (?:et|ou|and|or|vs\.?|versus|contre|avec|with|à|/|face (?:à|aux?)|par rapport (?:à|aux?)) "
    r"(?:d[eu]s? |d['’])?|(?<=\w)/(?=\w)"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_HINTS = re.compile(r"\s?[:;(] ")
_TWO = re.compile(r"^(?:deux|two|both) ")


def compare_subjects(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Compare the request's subject with its `person`, the other subject; « les deux X » are the
    two articles nearest to it. With a single one, ask for the other."""
    phrases = ComparisonPhrases.of(request.language)
    names: Sequence[str] = (request.subject, request.person)
    if not request.person:
        parts = (name.strip(" :\u00a0") for name in split_subjects(request.question))
        names = [_HINTS.split(name, maxsplit=1)[0] for name in parts]
    if len(names) != 2 or not all(names):
        names = _BETWEEN.split(request.subject, maxsplit=1)
    if _TWO.match(fold_phrase(request.subject)):
        sides = _find_two(request, searcher)
        titles = [side.subject.articles[0].article.title for side in sides if side is not None]
    elif len(names) == 2 and all(names):
        sides = _find_sides(request, names, searcher)
        titles = [_ARTICLE.sub("", name) for name in names]
    elif request.about not in ("", request.subject):
        return _tell_both(request, phrases.both, searcher)
    else:
        return reply_with(request.question, phrases.second, request.language, "comparison")
    lines = [_own_lines(side) if side is not None else [] for side in sides]
    central = [{line.article.id for line in own if line.is_central} for own in lines]
    lines = [
        [line for line in own if line.is_central or line.article.id not in other]
        for own, other in zip(lines, reversed(central), strict=True)
    ]
    if not all(lines):
        return _tell_both(request, phrases.both, searcher)
    cited: list[Event] = []
    statements: list[Statement] = []

    def add(heading: str, chosen: list[Event], side: int = 0) -> None:
        for line in chosen:
            cited.append(line)
            statements.append(Statement(line.text, (len(cited),), heading=heading, side=side))
            heading = ""

    materials = [side for side in sides if side is not None]
    both = [line for own in lines for line in own if _names_all(line, materials)]
    add(phrases.both, distinct(ranked(both), _BOTH_LINES))
    texts = {line.text for line in cited}
    # Not against the other side: the same words with other figures are what is compared.
    free = [[line for line in own if line.text not in texts] for own in lines]
    sides_lines = [distinct(ranked(own), _SIDE_LINES) for own in free]
    for side, (name, own) in enumerate(zip(titles, sides_lines, strict=True), 1):
        states = [line for line in own if not _is_figure(line)]
        heading = phrases.history if is_history(states) else phrases.newest
        add(heading(name), states, side)
    for side, (name, own) in enumerate(zip(titles, sides_lines, strict=True), 1):
        add(phrases.figures(name), list(filter(_is_figure, own)), side)
    nearest = next((side for side in materials if side.is_near), materials[0])
    answer = answer_lines(request, statements, cited, material=nearest)
    return replace(answer, coverage=())  # it is that of one side


def _tell_both(request: ArchiveRequest, heading: str, searcher: Searcher) -> Answer:
    """Tell what is nearest to both subjects where one alone is not found; never sure."""
    material = find_material(replace(request, period=None), searcher)
    lines = distinct(ranked(material.lines()), 2 * _SIDE_LINES) if material is not None else []
    if material is None or not lines:
        return refuse_subject(request, searcher)
    statements = [Statement(line.text, (number,)) for number, line in enumerate(lines, 1)]
    near = replace(material, is_near=True)
    return answer_lines(request, statements, lines, heading, material=near)


def _find_sides(
    request: ArchiveRequest, names: Sequence[str], searcher: Searcher
) -> list[Material | None]:
    """Find what is compared, each in its own period if one is named: « (fin 2016) »."""
    today = date.today()
    hints = cut_period(request.about.removeprefix(request.subject), today).question.strip(" ().")
    cuts = [cut_period(name, today) for name in names]
    is_dated = any(own.period is not None for own in cuts)
    sides = []
    for name, own in zip(names, cuts, strict=True):
        period = own.period if is_dated else request.period
        subject = own.question.strip(" ().,") or name
        about = f"{subject} {hints}"
        side = replace(request, subject=subject, about=about, period=period, forms=())
        sides.append(find_material(side, searcher))
    return sides


def _find_two(request: ArchiveRequest, searcher: Searcher) -> list[Material | None]:
    """« les deux X »: of the two days, months or years that are named, or the two articles nearest
    to the request, each a side of its own."""
    subject = _TWO.sub("", request.subject)
    days = [day.period for day in find_event_days(request.question, None)]
    years = [date(int(year), 1, 1) for year in _YEAR.findall(request.question)]
    periods = days if len(days) == 2 else [period_around(year, "year") for year in years]
    if len(periods) == 2:
        one = replace(request, subject=subject, about=subject, forms=())
        return [find_material(replace(one, period=period), searcher) for period in periods]
    material = find_material(replace(request, subject=subject, period=None), searcher)
    if material is None or len(material.subject.articles) < 2:
        return [None, None]
    best = sorted(material.subject.central, key=lambda own: -material.nearness(own.article))[:2]
    return [
        replace(material, subject=replace(material.subject, articles=(own,)), nearest=())
        for own in best
    ]


def _own_lines(side: Material) -> list[Event]:
    """The lines that name their side, or lean on one that does, if it is a name; else all."""
    lines, name = side.lines(), side.subject.name
    if not all(part.is_name for part in name.parts):
        return lines
    named = [
        line
        for line in lines
        if line.is_named or (line.lead is not None and name.is_in(line.lead.text))
    ]
    return named or lines


def _is_figure(line: Event) -> bool:
    return line.is_named and _DIGIT.search(line.text) is not None


def _names_all(line: Event, sides: list[Material]) -> bool:
    names = [side.subject.name for side in sides]
    return len(set(names)) == len(names) and all(
        name.is_in(line.text) or name.has_surname(line.text) for name in names
    )
