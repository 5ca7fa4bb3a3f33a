"""Parse publication dates from a question: « les articles d'août 2025 », "last month".

A date is content (« Qui a gagné le Nobel en 1903 ? ») unless the question is about publication, or
the date is relative to today (« hier », « la semaine dernière »).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from index.article import Period
from index.text.dates import month_names, period_around
from index.text.folding import fold_phrase
from index.text.language import mend_phrase
from index.text.numbers import SMALL_NUMBERS
from index.text.patterns import one_of


@dataclass(frozen=True, slots=True)
class Timing:
    """A question without its words of time; `latest` asks for the newest article."""

    question: str
    period: Period | None = None
    latest: bool = False


_MONTH = f"(?:{one_of(month_names('fr', 'en'))})"
_COUNT = r"(\d{1,3}|deux|trois|quatre|cinq|six|sept|dix|two|three|four|five|seven|ten)"

# Days, weeks and months counted from today: when something was in the news.
_RECENT = (
    r"(?:\b(?:avant[- ]hier|cette semaine(?!-la)|ce mois-ci|la semaine (?:derniere|passee)"
    r"|le mois (?:dernier|passe)|(?:the )?day before yesterday|yesterday|this week|this month"
    r"|(?<!the )last (?:week|month))\b|(?<!d')\bhier\b)(?:'s)?(?! of\b)"
)
_LAST = (
    rf"\b(?:(?:l|c)es {_COUNT} (?:derniers|dernieres) (jours|semaines|mois)"
    rf"|the (?:last|past) {_COUNT} (days|weeks|months))\b(?! (?:d[eu]|of)\b| d')"
)
_DATE = (
    rf"(?:\b(?:\d{{1,2}}(?:er|st|nd|rd|th)? )?{_MONTH}\b(?: \d{{1,2}},)?(?: \d{{4}})?"
    r"|\b(?:19|20)\d\d\b(?![-/])|\b\d{4}-\d\d-\d\d\b|\b\d\d?/\d\d?/\d{4}\b"
    r"|\bhier\b|\baujourd'hui\b|\btoday\b|\bcette annee\b|\bl'annee (?:derniere|passee)\b"
    rf"|\bl'an (?:dernier|passe)\b|\b(?:this|last) year\b|{_RECENT})"
)
_AT = (
    r"(?P<time>(?:(?P<since>depuis|since) |en |au mois d['e] ?|d[ue] |d'|courant |in |on |from "
    rf"|of |during )?(?:(?:le|the) )?(?P<date>{_DATE}))"
)
_ISSUED = (
    r"(?:publie|paru|ecrit|sorti|date|datant|redige|mis en ligne|published|written|posted)e?s?"
)
_WERE = r"(?:(?:ont|a) ete |sont |est |have been |has been |were |was )?"
_ABOUT = r"(?:(?:sur|a propos d|consacres? a|about|on)[ '].{1,60}? )?"
_PUBLISHED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\barticles? {_ABOUT}{_WERE}{_ISSUED} {_AT}(?! par\b| by\b)",
        # « L'article de 1905 » is a famous one more often than one of ours, hence the plural.
        rf"\barticles {_AT}",
        rf"\barticle (?=d[ue] \d|d'|d[ue] {_MONTH}|from |of )(?!\S+ \d{{4}}){_AT}",
        rf"\b(?:a-t-on|avez-vous|as-tu|did you|have you) (?:publish|post|{_ISSUED}) {_AT}",
        rf"(?P<time>(?P<date>{_DATE})) articles\b",
    )
)
_ALONE = re.compile(
    rf"(?P<time>(?:\b(?:(?P<since>depuis|since)|d[eu]|of|from) )?(?P<date>{_RECENT}))"
)
_SPAN = re.compile(
    rf"(?P<time>(?:\b(?:dans|durant|pendant|depuis|au cours de|de|in|during|over|from) )?{_LAST})"
)
_LATEST = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<time>(?:tout )?derniers? )articles?\b(?! (?:de|du|des)\b| d')",
        r"\barticles?(?P<time> (?:les? )?(?:plus )?recents?)\b",
        r"\barticles? (?:publies?|parus?)(?P<time> recemment)\b",
        r"\b(?P<time>(?:most recent|latest|newest|recent) )articles?\b",
        r"\b(?P<time>last )article (?:on|about)\b",
    )
)
# Words that the date library does not know, with synonyms that it does.
_SYNONYMS = (
    (r"passee\b", "derniere"),
    (r"passe\b", "dernier"),
    (r"\bl'an dernier", "l'annee derniere"),
    (r"\bavant hier", "avant-hier"),
    (r"'s$", ""),
    (r"^the ", ""),
)
_WORTH_READING = re.compile(
    r"articl|publi|hier\b|semaine|mois\b|derni|yesterday|week|month|posted|days"
)


def parse_timing(question: str, today: date) -> Timing:
    """Parse when the articles of a question were published."""
    original, question = question, mend_phrase(question)
    plain = fold_phrase(question)
    if not _WORTH_READING.search(plain):
        return Timing(original)
    latest = _search_first(_LATEST, plain)
    if latest is not None:
        question, plain = _cut(question, latest), _cut(plain, latest)
    match = _search_first((*_PUBLISHED, _ALONE), plain)
    period = None
    if match is not None:
        period = _parse_period(match["date"], today)
        if period is not None and match.groupdict().get("since"):
            period = Period(period.first, max(today, period.first))
    else:
        match = _SPAN.search(plain)
        if match is not None:
            count, unit = (group for group in match.groups()[1:] if group)
            number = SMALL_NUMBERS.get(count) or int(count)
            days = {"j": 1, "d": 1, "s": 7, "w": 7, "m": 30}[unit[0]] * number
            period = Period(today - timedelta(days=days), today)
    if match is not None and period is not None:
        question = _cut(question, match)
    if period is None and latest is None:
        return Timing(original)
    return Timing(" ".join(question.split()), period, latest is not None)


def day_range(words: str, today: date) -> Period | None:
    """Parse a day, month or year: « 2024 », « mars 2024 », "3 March"."""
    match = re.fullmatch(_DATE, fold_phrase(words))
    return _parse_period(match[0], today) if match else None


def _search_first(patterns: Iterable[re.Pattern[str]], text: str) -> re.Match[str] | None:
    return next(filter(None, (pattern.search(text) for pattern in patterns)), None)


def _cut(text: str, match: re.Match[str]) -> str:
    return text[: match.start("time")] + text[match.end("time") :]


def _parse_period(words: str, today: date) -> Period | None:
    """Parse a day, week, month or year, by default the most recent one."""
    # Importing and first parsing take a tenth of a second.
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]

    for pattern, synonym in _SYNONYMS:
        words = re.sub(pattern, synonym, words)
    parser = DateDataParser(
        languages=["fr", "en"],
        settings={
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),
            "DATE_ORDER": "DMY",
            "PREFER_DATES_FROM": "past",
            "PREFER_DAY_OF_MONTH": "first",
            "PREFER_MONTH_OF_YEAR": "first",
        },
    )
    result = parser.get_date_data(words)
    if result.date_obj is None:
        return None
    return period_around(result.date_obj.date(), result.period)
