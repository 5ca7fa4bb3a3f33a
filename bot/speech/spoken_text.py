"""A text in the words that a person reads aloud: « 15 000 € » is « quinze mille euros ».

Numbers become words by num2words; what else is written in another way than it is said (units,
abbreviations, letters) stands in `spoken_fr.json` and `spoken_en.json`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

from num2words import num2words

from bot.audio import SpeechLanguage
from index.text.numbers import roman_value
from index.text.patterns import SPACE

_LONGEST_NUMBER = 15  # digits; longer ones are read one by one, like what begins with a zero
_ACRONYM = re.compile(r"(?<![\w.])(?:(?:[A-ZÉ]\.){2,}|[A-ZÉ]{2,6}s?)(?![\w])")
# An acronym is read as a word where its letters make syllables; a shorter one only if it is listed.
_SYLLABLES = re.compile(
    r"(?:[BCDFGHJKLMNPRSTVXZ]|[BCFGPV][LR]|[DT]R|S[CMNPT])?[AEIOUÉ]{1,2}"
    r"(?:(?:[BCDFGJKLMNPRSTVXZ]|[LMNRS][BCDFGPTV])[AEIOUÉ]{1,2})+[BCDFGLMNPRSTXZ]?"
)
_SHORTEST_WORD = 4
_ROMAN = re.compile(r"(?=.)M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")


@dataclass(frozen=True)
class _Table:
    """One language's file."""

    language: SpeechLanguage
    abbreviations: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    feminine: frozenset[str]
    symbols: Mapping[str, str]
    months: tuple[str, ...]
    letters: Mapping[str, str]
    words: frozenset[str]
    said: Mapping[str, str]

    @property
    def decimal(self) -> str:
        return "," if self.language == "fr" else "."

    def number(self, value: int | Decimal, to: str = "cardinal") -> str:
        said: str = num2words(value, lang=self.language, to=to)
        return said.replace(" and ", " ").replace(",", "") if self.language == "en" else said


def spoken_words(text: str, language: SpeechLanguage) -> str:
    """What is said where this is read aloud: words, spaces and the marks of pauses."""
    table = _table(language)
    text = unicodedata.normalize("NFC", text)
    text = "".join(each if each.isprintable() else " " for each in text)
    for pattern, say in _rules(language):
        text = pattern.sub(partial(say, table), text)
    text = "".join(f" {table.symbols[each]} " if each in table.symbols else each for each in text)
    text = re.sub(r"[^\w\s.,;:!?…'’\-«»“”\"()]", " ", text).replace("_", " ")
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r" (?=[.,…])", "", re.sub(r"(?:[,;] ?){2,}", ", ", text))


@cache
def _table(language: SpeechLanguage) -> _Table:
    path = Path(__file__).with_name(f"spoken_{language}.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    units = {unit: tuple(forms.split("|")) for unit, forms in stored["units"].items()}
    return _Table(
        language,
        stored["abbreviations"],
        units,
        frozenset(stored["feminine units"]),
        stored["symbols"],
        tuple(stored["months"]),
        stored["letters"],
        frozenset(stored["read as words"]),
        stored["said"],
    )


_Say = Callable[[_Table, "re.Match[str]"], str]


@cache
def _rules(language: SpeechLanguage) -> tuple[tuple[re.Pattern[str], _Say], ...]:
    """What is looked for, in this order, and how it is said."""
    table = _table(language)
    mark = re.escape(table.decimal)
    grouped = (
        rf"\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)" if language == "fr" else r"\d{1,3}(?:,\d{3})+(?!\d)"
    )
    amount = rf"(?:{grouped}|\d+)(?:{mark}\d+)?"
    starts, ends = r"(?<![\w.,/])", r"(?!\w)"
    by_length = partial(sorted, key=len, reverse=True)
    unit = "|".join(map(re.escape, by_length(table.units)))
    abbreviated = "|".join(map(re.escape, by_length(table.abbreviations)))
    months = "|".join(table.months)
    rules: list[tuple[str, _Say]] = [
        (r"(?:https?://|www\.)\S+", _link),
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _address),
        (rf"{starts}(\d{{4}})-(\d\d)-(\d\d){ends}", _iso_date),
        (rf"{starts}(\d{{1,2}})[/.](\d{{1,2}})[/.](\d{{4}}){ends}", _date),
    ]
    if language == "fr":
        rules += [
            (rf"{starts}1{SPACE}?(?:er|ᵉʳ)(?= (?:{months}))", lambda table, match: "premier"),
            (rf"{starts}([IVX][IVXLC]*)(er|re|ère|e|ème|ᵉ|ᵉʳ|ʳᵉ)s?{ends}", _roman_ordinal),
            (rf"{starts}(\d+)(er|re|ère|e|ème|nd|nde|ᵉ|ᵉʳ|ʳᵉ)s?{ends}", _ordinal),
            (rf"{starts}(\d{{1,2}}){SPACE}?[hH](?:{SPACE}?([0-5]\d))?{ends}", _time),
            (rf"{starts}(\d{{1,2}}):([0-5]\d){ends}", _time),
        ]
    else:
        rules += [
            (rf"{starts}(\d+)(st|nd|rd|th){ends}", _ordinal),
            (rf"{starts}(\d{{1,2}})(?= (?:{months}))", _day_of_month),
            (rf"(?<=(?:{'|'.join(m[-3:] for m in table.months)}) )(\d{{1,2}})(?=,)", _ordinal),
            (rf"{starts}(\d{{1,2}}):([0-5]\d){ends}", _time),
            (
                rf"([$€£¥])({amount})(?:{SPACE}?(million|billion|trillion|m|bn|k){ends})?",
                _money_first,
            ),
        ]
    rules += [
        (rf"{starts}(1/2|1/3|2/3|1/4|3/4){ends}", _fraction),
        (rf"({amount}){SPACE}?/{SPACE}?(\d+){ends}", _over),
        (rf"(?<=\d){SPACE}?[-–](?=\d)", _range),
        (r"(?<![\w)])[-−](?=\d)", lambda table, match: f"{table.said['minus']} "),
        (r"(?<!\w)\+(?=\d)", lambda table, match: f"{table.said['plus']} "),
        (rf"({amount}){SPACE}?({unit})(?![\w²³])", _with_unit),
        (
            rf"(?<=[a-zà-ÿ]{SPACE})([IVXL]{{2,}})(?!\w)|(?<=[a-zà-ÿ] )([IVX])(?= (?:er|siècle))",
            _roman,
        ),
        (amount, _number),
        (rf"(?<![\w])(?:{abbreviated})(?!\w)", _abbreviation),
        (_ACRONYM.pattern, _acronym),
    ]
    return tuple((re.compile(pattern), say) for pattern, say in rules)


def _link(table: _Table, match: re.Match[str]) -> str:
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", match[0]).split("/")[0]
    return host.rstrip(".,;:!?)»").replace(".", f" {table.said['dot']} ")


def _address(table: _Table, match: re.Match[str]) -> str:
    return match[0].replace(".", f" {table.said['dot']} ")


def _iso_date(table: _Table, match: re.Match[str]) -> str:
    return _day(table, match[3], match[2], match[1]) or match[0]


def _date(table: _Table, match: re.Match[str]) -> str:
    return _day(table, match[1], match[2], match[3]) or match[0]


def _day(table: _Table, day: str, month: str, year: str) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    name = table.months[int(month) - 1]
    if table.language == "en":
        return f"{name} {table.number(int(day), 'ordinal')}, {_year(table, year)}"
    first = "premier" if int(day) == 1 else table.number(int(day))
    return f"{first} {name} {_year(table, year)}"


def _year(table: _Table, digits: str) -> str:
    return table.number(int(digits), "year" if table.language == "en" else "cardinal")


def _ordinal(table: _Table, match: re.Match[str]) -> str:
    if len(match[1]) > _LONGEST_NUMBER:
        return match[0]
    ending = match[2] if match.lastindex and match.lastindex > 1 else ""
    return _as_ordinal(table, int(match[1]), ending, match[0].endswith("s"))


def _day_of_month(table: _Table, match: re.Match[str]) -> str:
    return f"the {table.number(int(match[1]), 'ordinal')} of"


def _roman_ordinal(table: _Table, match: re.Match[str]) -> str:
    value = _roman_value(match[1])
    if value is None:
        return match[0]
    return _as_ordinal(table, value, match[2], match[0].endswith("s"))


def _as_ordinal(table: _Table, value: int, ending: str, several: bool) -> str:
    said = table.number(value, "ordinal")
    if table.language == "fr":
        if value == 1 and ending in ("re", "ère", "ʳᵉ", "e"):
            said = "première" if ending != "e" else "premier"
        if value == 2 and ending in ("nd", "nde"):
            said = "seconde" if ending == "nde" else "second"
    return said + ("s" if several and table.language == "fr" else "")


def _time(table: _Table, match: re.Match[str]) -> str:
    hour, minutes = int(match[1]), int(match[2] or 0)
    if hour > 24:
        return match[0]
    if table.language == "en":
        told = table.number(hour)
        return (
            f"{told} {table.number(minutes)}" if minutes else f"{told} {_form(table, 'hours', 2)}"
        )
    told = f"{_feminine(table.number(hour))} {_form(table, 'hours', hour)}"
    return f"{told} {_feminine(table.number(minutes))}" if minutes else told


def _form(table: _Table, name: str, count: int) -> str:
    one, many = table.said[name].split("|")
    return one if count < 2 else many


def _feminine(said: str) -> str:
    return re.sub(r"\bun$", "une", said)


def _money_first(table: _Table, match: re.Match[str]) -> str:
    one, many = table.units[match[1]]
    scale = {"m": "million", "bn": "billion", "k": "thousand"}.get(match[3] or "", match[3])
    value = _value(table, match[2])
    said = _said(table, match[2])
    if scale:
        return f"{said} {scale} {many}"
    return f"{said} {one if value == 1 else many}"


def _fraction(table: _Table, match: re.Match[str]) -> str:
    above, below = match[1].split("/")
    name = {"2": "half", "3": "third", "4": "quarter"}[below]
    count = table.number(int(above))
    several = int(above) > 1 and not table.said[name].endswith("s")
    return f"{count} {table.said[name]}{'s' if several else ''}"


def _over(table: _Table, match: re.Match[str]) -> str:
    return f"{match[1]} {table.said['over']} {match[2]}"


def _range(table: _Table, match: re.Match[str]) -> str:
    return f" {table.said['range']} "


def _with_unit(table: _Table, match: re.Match[str]) -> str:
    one, many = table.units[match[2]]
    value, said = _value(table, match[1]), _said(table, match[1])
    # French counts one until two: « 1,5 million »; English all but one.
    single = value < 2 if table.language == "fr" else value == 1
    if one.split()[0] in table.feminine:
        said = _feminine(said)
    return f"{said} {one if single else many}"


def _roman(table: _Table, match: re.Match[str]) -> str:
    value = _roman_value(match[1] or match[2])
    return match[0] if value is None else table.number(value)


def _roman_value(letters: str) -> int | None:
    """The number that these letters write; None if they write none."""
    return roman_value(letters) if _ROMAN.fullmatch(letters) else None


def _number(table: _Table, match: re.Match[str]) -> str:
    """A number, apart from the letters beside it: « A380 », « 4G », « CO2 »."""
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    said = _said(table, match[0])
    return f"{' ' if before.isalpha() else ''}{said}{' ' if after.isalpha() else ''}"


def _said(table: _Table, written: str) -> str:
    whole = _digits(table, written).partition(".")[0]
    if len(whole) > _LONGEST_NUMBER or (len(whole) > 1 and whole.startswith("0")):
        return " ".join(table.number(int(each)) for each in re.sub(r"\D", "", written))
    if table.language == "en" and re.fullmatch(r"1[1-9]\d\d|20[1-9]\d", written):
        return table.number(int(written), "year")
    value = _value(table, written)
    return table.number(int(value) if value == value.to_integral_value() else value)


def _value(table: _Table, written: str) -> Decimal:
    return Decimal(_digits(table, written))


def _digits(table: _Table, written: str) -> str:
    """The number as Python writes it."""
    return re.sub(rf"[^\d{re.escape(table.decimal)}]", "", written).replace(table.decimal, ".")


def _abbreviation(table: _Table, match: re.Match[str]) -> str:
    said = table.abbreviations[match[0]]
    ends_all = match[0].endswith(".") and not match.string[match.end() :].strip()
    return said + ("." if ends_all else "")


def _acronym(table: _Table, match: re.Match[str]) -> str:
    letters = match[0].replace(".", "").removesuffix("s")
    if letters in table.words or (
        len(letters) >= _SHORTEST_WORD and "." not in match[0] and _SYLLABLES.fullmatch(letters)
    ):
        return letters.capitalize()
    named = [table.letters.get(each, each) for each in letters]
    return " ".join(named)
