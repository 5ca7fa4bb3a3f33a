"""Formats of numbers, days, sizes and lists in each language.

Typography: U+00A0 between a number and its unit in
French, U+202F between thousands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time, timedelta
from math import ceil
from typing import Any

from babel.dates import get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from index.article import Period

_GAP = "\u00a0"
_OPENING, _CLOSING = re.compile(r"«\s{0,2}"), re.compile(r"\s{0,2}»")
_LOCALES = {"fr": "fr", "en": "en_GB"}  # lists in British English have no comma before “and”


def number(count: int, language: str) -> str:
    """« 12 345 », "12,345"."""
    return format_decimal(count, locale=language)


def plain(amount: float, language: str) -> str:
    """« 1,5 », "1.5", « 2 »."""
    return _comma(f"{amount:g}", language)


def tenths(amount: float, language: str) -> str:
    """« 2,5 », "2.5", « 2,0 »."""
    return _comma(f"{amount:.1f}", language)


def rate(per_second: float, language: str) -> str:
    """Tenths below ten."""
    if per_second >= 10:
        return number(round(per_second), language)
    return tenths(per_second, language)


def percent(share: float, language: str) -> str:
    """A share of 1: « 95 % », "95%"."""
    return f"{share:.0%}" if language == "en" else f"{100 * share:.0f}{_GAP}%"


def money(amount: float, language: str) -> str:
    """Small amounts are not rounded to nothing: « 12,50 », « 0,0003 »."""
    shown = f"{amount:.2f}" if amount >= 1 else f"{amount:.6f}".rstrip("0").rstrip(".")
    return _comma(shown, language)


def size(count: int, language: str) -> str:
    """Bytes: « 73,4 Mo », "73.4 MB"."""
    for prefix, factor in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= factor:
            unit = f"{prefix}B" if language == "en" else f"{prefix}o"
            return f"{tenths(count / factor, language)}{_gap(language)}{unit}"
    if language == "en":
        return f"{count} byte{'' if count == 1 else 's'}"
    return f"{count}{_GAP}octet{'s' if count > 1 else ''}"


def milliseconds(span: float | None, language: str) -> str:
    """« 320 ms », « 1,2 s », « – » for None."""
    if span is None:
        return "–"
    return f"{span:.0f}{_GAP}ms" if span < 1000 else f"{tenths(span / 1000, language)}{_GAP}s"


def duration(seconds: float, language: str) -> str:
    """« 2,5 s », « 2 min 05 s »."""
    gap = _gap(language)
    if seconds >= 60:
        return f"{round(seconds) // 60}{gap}min {round(seconds) % 60:02d}{gap}s"
    return f"{tenths(seconds, language)}{gap}s"


def remaining(seconds: float, language: str) -> str:
    """An approximate time: « 25 s », « 3 min », « 1 h 05 »."""
    gap = _gap(language)
    if seconds <= 55:
        return f"{max(5, 5 * ceil(seconds / 5))}{gap}s"
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return f"{minutes}{gap}min"
    return f"{minutes // 60}{gap}h{gap}{minutes % 60:02d}"


def interval(seconds: float, language: str) -> str:
    """« 90 s », « 15 min », « 2 h », « 1 j »."""
    for factor, unit in ((86400, _day_unit(language)), (3600, "h"), (60, "min")):
        if seconds >= factor and seconds % factor == 0:
            return f"{seconds / factor:g}{_gap(language)}{unit}"
    return f"{plain(seconds, language)}{_gap(language)}s"


def wait(seconds: int, language: str) -> str:
    """Rounded up: « 45 secondes », « 3 minutes », « 2 heures »."""
    minutes = ceil(seconds / 60)
    count, unit = (seconds, "second") if seconds < 90 else (minutes, "minute")
    if minutes >= 90:
        count, unit = ceil(minutes / 60), "hour"
    return format_unit(count, f"duration-{unit}", locale=language).replace("\xa0", " ")


def elapsed(span: timedelta, language: str) -> str:
    """The two largest units: « 3 j 4 h »."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, _day_unit(language)), (hours, "h"), (minutes, "min"), (seconds, "s"))
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    shown = [f"{count}{_GAP}{unit}" for count, unit in parts[first : first + 2] if count]
    return " ".join(shown) or f"0{_GAP}{parts[-1][1]}"


def day(of: date, language: str) -> str:
    """« 1er août 2025 », "1 August 2025"."""
    return f"{_first(of, language)} {get_month_names('wide', locale=language)[of.month]} {of.year}"


def month(of: date, language: str) -> str:
    """« août 2025 », "August 2025"."""
    return f"{get_month_names('wide', locale=language)[of.month]} {of.year}"


def day_of_year(of: date, language: str) -> str:
    """« 1er août », "1 August"."""
    return f"{_first(of, language)} {get_month_names('wide', locale=language)[of.month]}"


def short_day(of: date, language: str) -> str:
    """« 1er août », « 3 févr. », "3 Feb"."""
    return f"{_first(of, language)} {get_month_names('abbreviated', locale=language)[of.month]}"


def numeric_day(of: date, language: str) -> str:
    """For spreadsheets: « 03/02/2025 », "2025-02-03"."""
    return f"{of:%Y-%m-%d}" if language == "en" else f"{of:%d/%m/%Y}"


def clock(of: time, language: str) -> str:
    """« 7 h 30 », "7:30"."""
    if language == "en":
        return f"{of.hour}:{of.minute:02d}"
    return f"{of.hour}{_GAP}h{f'{_GAP}{of.minute:02d}' if of.minute else ''}"


def period(of: Period, language: str) -> str:
    """« du 3 au 9 mars 2025 », "from 3 to 9 March 2025", without repeating month or year, or
    « jusqu’au 9 mars 2025 »."""
    first, last = day(of.first, language), day(of.last, language)
    if of.first == date.min:
        return f"up to {last}" if language == "en" else f"jusqu’au {last}"
    if of.first == of.last:
        return f"of {last}" if language == "en" else f"du {last}"
    if of.first.year == of.last.year:
        first = first.rpartition(" ")[0]
        if of.first.month == of.last.month:
            first = first.rpartition(" ")[0]
    return f"from {first} to {last}" if language == "en" else f"du {first} au {last}"


def quote(text: str, language: str) -> str:
    """« texte », “text”; inner quotation marks are replaced by those of nested quotes."""
    text = nested(text, language)
    return f"“{text}”" if language == "en" else f"«{_GAP}{text}{_GAP}»"


def nested(text: str, language: str) -> str:
    """Replace quotation marks by those of nested quotes: « un “mot” », “a ‘word’”."""
    if language == "en":
        return text.translate({ord("“"): "‘", ord("”"): "’"})
    return _CLOSING.sub("”", _OPENING.sub("“", text))


def apostrophes(text: str, language: str) -> str:
    """Replace straight apostrophes in French: « l’index »."""
    return text if language == "en" else text.replace("'", "’")


def listing(names: Sequence[str], language: str) -> str:
    """« A, B et C », "A, B and C"."""
    return format_list(names, locale=_LOCALES[language])


def enumerated(names: Sequence[str], language: str) -> str:
    """« A, B, C »."""
    return ", ".join(names)


def either(names: Sequence[str], language: str) -> str:
    """« A, B ou C », "A, B or C"."""
    return format_list(names, "or", locale=_LOCALES[language])


def alternatives(names: Sequence[str], language: str) -> str:
    """« « a », « b » ou « c » », "'a', 'b' or 'c'"."""
    quoted = [f"'{name}'" if language == "en" else quote(name, language) for name in names]
    return either(quoted, language)


def stacked(lines: Sequence[str], language: str) -> str:
    """One per line."""
    return "\n".join(lines)


def lines(rows: Sequence[str], language: str) -> str:
    """Indented, each on a line of its own."""
    return "".join(f"\n  {row}" for row in rows)


def megabytes(count: int, language: str) -> str:
    """Bytes in whole megabytes of 2**20: « 256 Mo », "256 MB"."""
    return f"{number(count // 2**20, language)}{_gap(language)}{'MB' if language == 'en' else 'Mo'}"


def gigabytes(count: int, language: str) -> str:
    """Bytes in whole gigabytes of 2**30: « 16 Go », "16 GB"."""
    return f"{number(count // 2**30, language)}{_gap(language)}{'GB' if language == 'en' else 'Go'}"


def uncapitalized(text: str, language: str) -> str:
    """For a sentence within another."""
    return text[:1].lower() + text[1:]


def _first(of: date, language: str) -> str:
    return "1er" if of.day == 1 and language == "fr" else str(of.day)


def _gap(language: str) -> str:
    return " " if language == "en" else _GAP


def _day_unit(language: str) -> str:
    return "d" if language == "en" else "j"


def _comma(shown: str, language: str) -> str:
    return shown if language == "en" else shown.replace(".", ",")


FORMATS: Mapping[str, Callable[[Any, str], str]] = {
    function.__name__: function
    for function in (
        number,
        plain,
        tenths,
        rate,
        percent,
        money,
        size,
        milliseconds,
        duration,
        remaining,
        interval,
        wait,
        elapsed,
        day,
        day_of_year,
        period,
        quote,
        listing,
        enumerated,
        either,
        alternatives,
        stacked,
        lines,
        megabytes,
        gigabytes,
        uncapitalized,
        apostrophes,
    )
}
"""Formats for parameters in catalogues: `{limit:number}`."""
