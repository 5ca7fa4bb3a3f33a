"""Days, hours and durations as they are spoken: « 20h45 », « le 14/07/2023 »."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.speech.lexicon import Lexicon
from bot.speech.spoken_rules import END, FREE, Match, Rule
from index.text.patterns import SPACE as S
from index.text.patterns import one_of

# Days, months, years


def calendar_rules(words: Lexicon) -> Iterator[Rule]:
    months = one_of(words.months)
    yield rf"{FREE}(\d{{4}})-(\d\d)-(\d\d)(?:T(?=\d)|{END})", _iso_date
    yield rf"{FREE}(\d{{1,2}})([/.])(\d{{1,2}})\2(\d{{4}}|\d\d){END}", _date
    if words.language == "fr":
        days = one_of(["le", "du", "au", "et", *words.tables["weekdays"]])
        yield rf"(?i)\b({days}){S}(\d{{1,2}})/(\d{{1,2}})(?![\w/]|{S}d)", _day_and_month
    yield rf"{FREE}(0[1-9]|1[0-2])/((?:19|20)\d\d){END}", _month
    yield rf"{FREE}((?:19|20)\d\d)[-/]((?:19|20)?\d\d)(?![\w/-])", _season
    if words.language == "fr":
        yield rf"{FREE}1(?={S}(?:{months}){END})", "premier"
        yield rf"(?<=\d)-(?=(?i:{months}){END})", " "
        return
    short = one_of([*words.months, *words.tables["after a number"]])
    yield rf"{FREE}(the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?={short})", _day_before_month
    yield rf"({short}) (\d{{1,2}})(?:st|nd|rd|th)?(?![\w:]|,\d)", _day_after_month
    yield r"(?<!\w)['’](\d0)s(?!\w)", _decade
    yield r"(?<![\w,.])((?:1\d|20)?\d0)['’]?s(?!\w)", _decade
    yield r"\b([Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Yy]ear) (1\d{3})(?![\w,]|\.\d)", _year


def _iso_date(words: Lexicon, match: Match) -> str:
    day = _day(words, match[3], match[2], match[1]) or match[0]
    return f"{day}, " if match[0].endswith("T") else day


def _date(words: Lexicon, match: Match) -> str:
    return _day(words, match[1], match[3], match[4]) or match[0]


def _day(words: Lexicon, day: str, month: str, year: str) -> str | None:
    if int(month) > 12:  # of the United States
        day, month = month, day
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    if len(year) == 2:
        year = f"{'20' if year < '50' else '19'}{year}"
    name = words.months[int(month) - 1]
    if words.language == "en":
        return f"{name} {words.ordinal(int(day))}, {words.year(int(year))}"
    first = words.ordinal(1) if int(day) == 1 else words.cardinal(int(day))
    return f"{first} {name} {words.year(int(year))}"


def _day_and_month(words: Lexicon, match: Match) -> str:
    least = 13 if match[1] == "et" else 1  # « un tiers et 2/3 »
    if not (least <= int(match[2]) <= 31 and 1 <= int(match[3]) <= 12):
        return match[0]
    return f"{match[1]} {int(match[2])} {words.months[int(match[3]) - 1]}"


def _month(words: Lexicon, match: Match) -> str:
    return f"{words.months[int(match[1]) - 1]} {words.year(int(match[2]))}"


def _season(words: Lexicon, match: Match) -> str:
    """« 2016-17 », « 2016/2017 »; longer periods are ranges."""
    first, last = int(match[1]), int(match[2])
    if last < 100 and (first + 1) % 100 == last:
        return f"{words.year(first)} {words.amount(match[2])}"
    if last == first + 1:
        return f"{words.year(first)} {words.year(last)}"
    return match[0]


def _day_before_month(words: Lexicon, match: Match) -> str:
    return f"the {words.ordinal(int(match[2]))} of "


def _day_after_month(words: Lexicon, match: Match) -> str:
    month = words.tables["before a number"].get(match[1], match[1])
    return f"{month} {words.ordinal(int(match[2]))}"


def _decade(words: Lexicon, match: Match) -> str:
    if int(match[1]) == 0:
        return match[0]
    number = words.year(int(match[1])) if len(match[1]) == 4 else words.cardinal(int(match[1]))
    return re.sub("y$", "ie", number) + "s"


def _year(words: Lexicon, match: Match) -> str:
    return f"{match[1]} {words.year(int(match[2]))}"


# Hours and durations


def clock_rules(words: Lexicon) -> Iterator[Rule]:
    minute, second = r"(?:min|mn|m(?![a-zà-ÿ])|['’′])", r"(?:''|’’|sec|s|[\"”″])"
    hours = rf"(?P<h>\d{{1,3}}){S}?(?:h|hr|H)"
    directions = "".join(words.tables["directions"])
    minutes_of_arc = rf"(?P<m>\d{{1,2}}(?:[.,]\d{{1,4}})?){S}?['’′]"
    seconds_of_arc = rf"(?P<s>\d{{1,2}}(?:[.,]\d{{1,4}})?){S}?(?:[\"″”]|''|’’)"
    yield (
        rf"{FREE}(?P<d>\d{{1,3}}(?:[.,]\d{{1,8}})?){S}?°(?:{S}?{minutes_of_arc}"
        rf"(?:{S}?{seconds_of_arc})?(?:{S}?(?P<to>[{directions}]){END})?"
        rf"|{S}?(?P<side>[{directions}]){END})",
        _coordinate,
    )
    if words.language == "en":
        yield rf"{FREE}(\d)(?:['’′]|{S}ft){S}?(1?\d)(?:[\"″”]|''|{S}in\b)", r"\1 foot \2"
        yield rf"(?i)([ap]\.?m\.?){S}?[-–]{S}?(?=\d)", r"\1 to "
    yield rf"(?<=[hj]){S}?/{S}?(?=(?:24|7)\b)", f" {words.word('over')} "
    yield rf"(?<=[hH\d])[-–](?=\d{{1,2}}{S}?[hH])", f" {words.word('range')} "
    yield (
        rf"{FREE}{hours}{S}?(?P<m>\d{{1,2}}){S}?{minute}"
        rf"(?:{S}?(?P<s>\d{{1,2}})(?:{S}?{second})?(?:{S}?(?P<c>\d{{1,3}}))?)?{END}",
        _duration,
    )
    yield (
        rf"{FREE}(?P<m>\d{{1,3}}){S}?{minute}{S}?(?P<s>\d{{1,2}}){S}?(?:{second}|[.,](?=\d))"
        rf"(?:{S}?(?P<c>\d{{1,3}}))?{END}",
        _duration,
    )
    yield rf"{FREE}(?P<s>\d{{1,2}}){second}(?P<c>\d{{1,3}}){END}", _duration
    yield (
        rf"{FREE}(?P<h>\d{{1,2}}):(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?:[.,](?P<c>\d{{1,9}}))?{END}",
        _duration,
    )
    yield rf"{FREE}(?P<m>\d{{1,2}}):(?P<s>[0-5]\d)[.,](?P<c>\d{{1,3}}){END}", _duration
    if words.language == "fr":
        yield rf"{FREE}(\d{{1,3}}){S}?[hH](?:{S}?([0-5]\d))?{END}", _french_time
        yield rf"{FREE}(\d{{1,2}}):([0-5]\d){END}", _french_time
        yield rf"{FREE}(?P<m>\d{{1,3}})['′](?![\w'])", _duration
        yield rf"{FREE}(?P<m>\d{{1,3}})['’′](?P<s>[0-5]\d){END}", _duration
        yield rf"{FREE}([1-9]\d?),(\d\d){S}(m){END}", _metres_decimal
        yield rf"{FREE}(\d+){S}?(m|km|€){S}?(\d\d){END}", _metres_and
        return
    yield rf"(?i){FREE}(\d{{1,2}})(?:[:.]([0-5]\d))?{S}?([ap])\.?m(?:\.|\b)(?!\w)", _half_day
    yield rf"{FREE}(\d{{1,2}}):([0-5]\d){END}", _english_time


def _duration(words: Lexicon, match: Match) -> str:
    """« 1h23min45s », `1:23:45`; zeros at the end are left out."""
    parts = {key: value for key, value in match.groupdict().items() if value}
    names = {"h": "hours", "m": "minutes", "s": "seconds"}
    terms = [
        words.counted(str(int(parts[key])), words.name(name))
        for key, name in names.items()
        if key in parts
    ]
    if "c" in parts and int(parts["c"]):
        terms.append(words.cardinal(int(parts["c"])))
    return " ".join(terms)


def _coordinate(words: Lexicon, match: Match) -> str:
    """« 48° 51′ N »."""
    names = {"d": words.units["°"], "m": words.name("minutes"), "s": words.name("seconds")}
    terms = [
        words.counted(match[key].lstrip("0") or "0", name)
        for key, name in names.items()
        if match[key]
    ]
    side = match["to"] or match["side"]
    return " ".join([*terms, words.tables["directions"][side]] if side else terms)


def _french_time(words: Lexicon, match: Match) -> str:
    hours = words.counted(str(int(match[1])), words.name("hours"))
    if not int(match[2] or 0):
        return hours
    minutes = words.counted(match[2].lstrip("0"), words.name("minutes"))
    return f"{hours} {minutes.rpartition(' ')[0]}"


def _metres_and(words: Lexicon, match: Match) -> str:
    """« 1m85 »: « un mètre quatre-vingt-cinq »."""
    name = words.units.get(match[2]) or words.currencies[match[2]]
    return f"{words.counted(match[1], name)} {words.cardinal(int(match[3]))}"


def _metres_decimal(words: Lexicon, match: Match) -> str:
    """« 1,85 m »: « un mètre quatre-vingt-cinq »."""
    metres = words.counted(match[1], words.units["m"])
    return f"{metres} {words.cardinal(int(match[2]))}" if int(match[2]) else metres


def _half_day(words: Lexicon, match: Match) -> str:
    minutes = _english_minutes(words, match[2] or "00")
    parts = (words.cardinal(int(match[1])), minutes, match[3].upper(), "M")
    ends_all = match[0].endswith(".") and not match.string[match.end() :].strip()
    return " ".join(filter(None, parts)) + ("." if ends_all else "")


def _english_time(words: Lexicon, match: Match) -> str:
    hour = words.cardinal(int(match[1]))
    on_the_hour = "o'clock" if 0 < int(match[1]) <= 12 else "hundred"
    return f"{hour} {_english_minutes(words, match[2]) or on_the_hour}"


def _english_minutes(words: Lexicon, figures: str) -> str:
    minutes = words.cardinal(int(figures))
    if not int(figures):
        return ""
    return f"oh {minutes}" if figures.startswith("0") else minutes
