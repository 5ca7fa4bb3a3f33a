"""Dossier on a person, an organisation, a place or a project: who it is, dates, figures, words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answer import Answer, Statement
from bot.archive.events import Event, distinct, in_order, ranked
from bot.archive.identity import ROLE, identifies
from bot.archive.material import find_material
from bot.archive.outcome import Line, answer_lines, refuse_subject
from bot.archive.quotes import find_quotes
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speaker
from bot.archive.subject import SubjectName
from bot.archive.texts import ChronologyPhrases, DossierPhrases, QuotesPhrases
from index.search.searcher import Searcher
from index.text.folding import fold_phrase

_IDENTITY_LINES, _WORD_LINES = 3, 3
_LINES = 15  # in all, with the weightiest others
_FIGURE = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[\s.,]?\d{1,3}){0,4}\s?(?:%|€|\$|euros?|dollars?|millions?|milliards?|morts?|blesses?|personnes?|km"
    r"|kilometres?|metres?|tonnes?|ans\b|voix|billion|people|percent|deaths?)"
)
_AGE = re.compile(r"\b\d{1,3} ans\b|\bne(?:e)? (?:a|en|le)\b|\bborn\b|\baged\b|\byears old")
_DETERMINER = re.compile(r"(?:\b(?:la|les?|en|the|au|du) |l')$")
_SINCE = re.compile(r"\b(?:depuis|since|elue?|nommee?|elected|appointed|devenue?)\b")


def tell_dossier(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Tell who or what a subject is, its dates and figures, what it says and is said of it."""
    material = find_material(request, searcher)
    lines = material.lines() if material is not None else []
    if material is None or not lines:
        return refuse_subject(request, searcher)
    subject, name = material.subject, material.subject.name.subject
    phrases = DossierPhrases.of(request.language)
    days = ChronologyPhrases.of(request.language)
    cited: list[Line] = []
    events: list[Event] = []
    statements: list[Statement] = []

    def add(heading: str, labelled: Iterator[tuple[str, Event]], *, is_dated: bool = False) -> None:
        for label, line in labelled:
            events.append(line)
            cited.append(line)
            own, period = (len(cited),), line.period if is_dated else None
            statements.append(Statement(line.text, own, heading=heading, label=label, days=period))
            heading = ""

    ordered = ranked(lines)
    identity = sorted(ordered, key=lambda line: -identifies(line.text, subject.name))
    chosen = [line for line in identity if identifies(line.text, subject.name)] or ordered
    unsaid = _find_unsaid(lines, subject.name, phrases) if _is_person(lines, subject.name) else ""
    add(
        ". ".join(filter(None, (phrases.identity(name, len(subject.articles)), unsaid))),
        (("", line) for line in distinct(chosen, _IDENTITY_LINES)),
    )
    texts = {line.text for line in events}
    quotes = [quote for quote in find_quotes(subject, request) if quote.text not in texts]
    quotes = quotes[:_WORD_LINES]
    texts |= {quote.text for quote in quotes}
    remaining = [line for line in ordered if line.text not in texts]
    others = distinct(remaining, _LINES - len(events) - len(quotes), events)
    dates = [line for line in others if line.day is not None]
    add(
        phrases.dates,
        ((days.label(line.period, line.day), line) for line in in_order(dates)),
        is_dated=True,
    )
    figures = [
        line for line in others if line not in dates and _FIGURE.search(fold_phrase(line.text))
    ]
    add(
        phrases.figures,
        ((days.told(day) if (day := line.article.published) else "", line) for line in figures),
    )
    heading = phrases.words(name)
    for quote in quotes:
        cited.append(quote)
        label = QuotesPhrases.of(request.language).day(quote.article.published)
        statements.append(Statement(quote.text, (len(cited),), heading=heading, label=label))
        heading = ""
    rest = [line for line in others if line not in dates and line not in figures]
    of_it = [line for line in rest if line.is_named and _is_by_another(line, subject.name)]
    add(phrases.of_it, (("", line) for line in of_it))
    add(phrases.rest, (("", line) for line in in_order(rest) if line not in of_it))
    return answer_lines(request, statements, cited, material=material)


def _is_person(lines: Sequence[Event], name: SubjectName) -> bool:
    """True if a line goes on with the surname alone: « Rossi », and not « la Méditerranée »."""
    if name.surname is None:
        return False
    folded = ((line.text, fold_phrase(line.text)) for line in lines if name.has_surname(line.text))
    return any(
        not _DETERMINER.search(plain, 0, match.start()) and not name.is_in(text[: match.end()])
        for text, plain in folded
        for match in name.surname.find(text, plain)
    )


def _find_unsaid(lines: Sequence[Event], name: SubjectName, phrases: DossierPhrases) -> str:
    """What no line tells: a person's role, age, since when. Whoever a line tells it of, it is not
    said to be missing."""
    texts = [fold_phrase(line.text) for line in lines]
    aspects = {
        "role": any(identifies(line.text, name) for line in lines) or any(map(ROLE.search, texts)),
        "age": any(map(_AGE.search, texts)),
        "since": any(map(_SINCE.search, texts)),
    }
    missing = [phrases.aspect[aspect] for aspect, is_said in aspects.items() if not is_said]
    return phrases.unsaid(", ".join(missing)) if missing else ""


def _is_by_another(line: Event, name: SubjectName) -> bool:
    speaker = find_speaker(line.text, line.article.language)
    return bool(speaker) and not (name.is_in(speaker) or name.has_surname(speaker))
