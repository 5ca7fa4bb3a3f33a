"""Spoken form of texts: « 15 000 € » becomes « quinze mille euros ».

Rules are tried in order; their words come from `lexicon`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import TypeVar

from bot.audio import SpeechLanguage
from bot.speech.lexicon import Lexicon, UnitName, lexicon, name_of
from index.text.numbers import roman_value
from index.text.patterns import SPACE as S
from index.text.patterns import one_of

T = TypeVar("T")
Match = re.Match[str]
# A pattern, and its replacement as a template of `re.sub` or a function.
Rule = tuple[str, str | Callable[[Lexicon, Match], str]]

# An acronym is read as a word if its letters form syllables; a shorter one only if it is listed.
_SYLLABLES = re.compile(
    r"(?:[BCDFGHJKLMNPRSTVXZ]|[BCFGPV][LR]|[DT]R|S[CMNPT])?[AEIOUÉ]{1,2}"
    r"(?:(?:[BCDFGJKLMNPRSTVXZ]|[LMNRS][BCDFGPTV])[AEIOUÉ]{1,2})+[BCDFGKLMNPRSTXZ]?"
    r"|[BCDFGHJKLMNPRSTVZ][AEIOUÉ][LMNR][BCDFGKPT]S?"
)
_SHORTEST_WORD = 4
_ROMAN = re.compile(r"(?=.)M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅕": "1/5"}
_ACCENTED = re.compile("[À-ÂÇ-ËÎÏÔÙ-Û](?=[a-z])")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_FREE, _END = r"(?<![\w.,/])", r"(?!\w)"  # not within a word or a longer number
_REFERENCE = re.compile(r"\[\d{1,3}\]")  # of a footnote
# « l'article L. 121-3 », « numéro 2020-1310 »
_REFERENCE_NUMBER = (
    rf"\b(?:(?:articles?|numéros?|loi|décret){S}(?:[A-Z]\b\.?{S}?)?|[LRDA]\.{S}?)"
    r"\d+(?:[-.]\d+)+"
)
_CONTEXT = 60  # characters around a number that determine its reading
_DOMAINS = "fr|com|org|net|eu|be|ch|ca|uk|de|it|es|gov|edu|info|io|tv|co|int|news|us|ru"


def spoken_words(text: str, language: SpeechLanguage) -> str:
    """Convert a text to words, spaces and punctuation for pauses."""
    words = lexicon(language)
    text = _REFERENCE.sub("", unicodedata.normalize("NFC", text)).translate(_LOWERED)
    if language == "en":  # espeak says « É » as a letter
        text = _ACCENTED.sub(lambda match: unicodedata.normalize("NFD", match[0])[0], text)
    text = "".join(character if character.isprintable() else " " for character in text)
    for pattern, replacement in _rules(language):
        text = pattern.sub(replacement, text)
    symbols = words.tables["symbols"]
    text = "".join(
        f" {symbols[character]} " if character in symbols else character for character in text
    )
    text = re.sub(r"[^\w\s.,;:!?…'’\-«»“”\"()]", " ", text).replace("_", " ")
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?:[,;] ?){2,}", ", ", text)
    return re.sub(r" (?=[.,…])|(?<=\() ", "", text)


@cache
def _rules(
    language: SpeechLanguage,
) -> tuple[tuple[re.Pattern[str], str | Callable[[Match], str]], ...]:
    words = lexicon(language)
    rules = [
        *_addresses(),
        *_telephone(words),
        *_abbreviation_rules(words),
        *_calendar(words),
        *_clock(words),
        *_ordinals(words),
        *_ranges(words),
        *_money(words),
        *_measures(words),
        *_numbers(words),
    ]
    return tuple(
        (re.compile(pattern), say if isinstance(say, str) else partial(say, words))
        for pattern, say in rules
    )


def _amount(words: Lexicon) -> str:
    """Pattern of a number with thousands separators and decimals."""
    mark, decimals = (r"\.", "[,.]") if words.language == "fr" else (",", r"\.")
    groups = rf"(?:{S}\d{{3}})+|(?:{mark}\d{{3}})+"
    return rf"(?<!\d)(?:\d{{1,3}}(?:{groups})(?!\d)|\d++)(?:{decimals}\d++)?"


def _symbols(table: Mapping[str, object]) -> str:
    """Pattern of any of the symbols; a space in one matches any space, or none."""
    return one_of(table).replace(r"\ ", f"{S}?")


def _entry(table: Mapping[str, T], symbol: str) -> T:
    """Look up a match of `_symbols` in a table."""
    if symbol in table:
        return table[symbol]
    bare = re.sub(S, "", symbol)
    return next(value for key, value in table.items() if key.replace(" ", "") == bare)


# Addresses


def _addresses() -> Iterator[Rule]:
    yield r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda words, match: _spell(words, match[0])
    yield r"(?:https?://|www\.)\S+", _link
    yield rf"(?<![\w@.-])(?:[\w-]+\.)+(?:{_DOMAINS})(?:/[\w/.-]*)?{_END}", _link


def _link(words: Lexicon, match: Match) -> str:
    """An address with its first folder; longer ones are not read out."""
    host, _, path = re.sub(r"^https?://(?:www\.)?", "", match[0].rstrip(".,;:!?)»")).partition("/")
    folder = re.fullmatch(r"([^\W\d_]{1,20})/?", path)
    return _spell(words, host) + (f" {words.word('slash')} {folder[1]}" if folder else "")


def _spell(words: Lexicon, address: str) -> str:
    signs = {".": "dot", "-": "dash", "_": "underscore"}
    labels = re.split(r"([._-])", address.removeprefix("www."))
    if len(labels[-1]) == 2:
        labels[-1] = _letters(words, labels[-1].upper())
    spoken = " ".join(words.word(signs[part]) if part in signs else part for part in labels)
    www = f"{words.word('www')} {words.word('dot')} "
    return (www if address.startswith("www.") else "") + spoken


def _hashtag(words: Lexicon, match: Match) -> str:
    """Separate words that are written together: « MeToo »."""
    apart = re.sub(r"(?<=[a-zà-ÿ\d])(?=[A-ZÀ-Ý])|(?<=[^\W\d])(?=\d)", " ", match[1])
    return f"{words.tables['symbols']['#']} {apart}"


# Telephone numbers


def _telephone(words: Lexicon) -> Iterator[Rule]:
    yield rf"(?<![\w.,])(?:{words.tables['telephone']})(?!\d)", _phone
    if words.language == "fr":
        yield (
            r"(?i)\b(tapez|composez|appelez|appeler|le|au|du) (3[0-9])(\d\d)(?![\w-]|[ .,]\d)",
            _service,
        )


def _service(words: Lexicon, match: Match) -> str:
    """« Le 3611 », a telephone number of four digits."""
    return f"{match[1]} {words.amount(match[2])} {words.amount(match[3])}"


def _phone(words: Lexicon, match: Match) -> str:
    """French reads the digits as they are grouped or in pairs, English one by one."""
    country = match["country"] or ""
    number = match[0].removeprefix(f"+{country}").replace("(0)", "")
    groups = re.findall(r"^0(?=\d{3}\D)|\d+", number)
    if words.language == "en":
        spoken = ", ".join(map(words.digits, groups))
    else:
        if len(groups) == 1:
            groups = re.findall(r"^\d(?=(?:\d\d)+$)|\d\d?", number)
        mark = ", " if any(len(group) > 2 for group in groups) else " "
        spoken = mark.join(map(words.amount, groups)).replace("zéro, ", "zéro ", 1)
    return f"{words.word('plus')} {words.amount(country)} {spoken}" if country else spoken


# Days, months, years


def _calendar(words: Lexicon) -> Iterator[Rule]:
    months = one_of(words.months)
    yield rf"{_FREE}(\d{{4}})-(\d\d)-(\d\d)(?:T(?=\d)|{_END})", _iso_date
    yield rf"{_FREE}(\d{{1,2}})([/.])(\d{{1,2}})\2(\d{{4}}|\d\d){_END}", _date
    if words.language == "fr":
        days = one_of(["le", "du", "au", "et", *words.tables["weekdays"]])
        yield rf"(?i)\b({days}){S}(\d{{1,2}})/(\d{{1,2}})(?![\w/]|{S}d)", _day_and_month
    yield rf"{_FREE}(0[1-9]|1[0-2])/((?:19|20)\d\d){_END}", _month
    yield rf"{_FREE}((?:19|20)\d\d)[-/]((?:19|20)?\d\d)(?![\w/-])", _season
    if words.language == "fr":
        yield rf"{_FREE}1(?={S}(?:{months}){_END})", "premier"
        yield rf"(?<=\d)-(?=(?i:{months}){_END})", " "
        return
    short = one_of([*words.months, *words.tables["after a number"]])
    yield rf"{_FREE}(the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?={short})", _day_before_month
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


def _clock(words: Lexicon) -> Iterator[Rule]:
    minute, second = r"(?:min|mn|m(?![a-zà-ÿ])|['’′])", r"(?:''|’’|sec|s|[\"”″])"
    hours = rf"(?P<h>\d{{1,3}}){S}?(?:h|hr|H)"
    directions = "".join(words.tables["directions"])
    minutes_of_arc = rf"(?P<m>\d{{1,2}}(?:[.,]\d{{1,4}})?){S}?['’′]"
    seconds_of_arc = rf"(?P<s>\d{{1,2}}(?:[.,]\d{{1,4}})?){S}?(?:[\"″”]|''|’’)"
    yield (
        rf"{_FREE}(?P<d>\d{{1,3}}(?:[.,]\d{{1,8}})?){S}?°(?:{S}?{minutes_of_arc}"
        rf"(?:{S}?{seconds_of_arc})?(?:{S}?(?P<to>[{directions}]){_END})?"
        rf"|{S}?(?P<side>[{directions}]){_END})",
        _coordinate,
    )
    if words.language == "en":
        yield rf"{_FREE}(\d)(?:['’′]|{S}ft){S}?(1?\d)(?:[\"″”]|''|{S}in\b)", r"\1 foot \2"
        yield rf"(?i)([ap]\.?m\.?){S}?[-–]{S}?(?=\d)", r"\1 to "
    yield rf"(?<=[hj]){S}?/{S}?(?=(?:24|7)\b)", f" {words.word('over')} "
    yield rf"(?<=[hH\d])[-–](?=\d{{1,2}}{S}?[hH])", f" {words.word('range')} "
    yield (
        rf"{_FREE}{hours}{S}?(?P<m>\d{{1,2}}){S}?{minute}"
        rf"(?:{S}?(?P<s>\d{{1,2}})(?:{S}?{second})?(?:{S}?(?P<c>\d{{1,3}}))?)?{_END}",
        _duration,
    )
    yield (
        rf"{_FREE}(?P<m>\d{{1,3}}){S}?{minute}{S}?(?P<s>\d{{1,2}}){S}?(?:{second}|[.,](?=\d))"
        rf"(?:{S}?(?P<c>\d{{1,3}}))?{_END}",
        _duration,
    )
    yield rf"{_FREE}(?P<s>\d{{1,2}}){second}(?P<c>\d{{1,3}}){_END}", _duration
    yield (
        rf"{_FREE}(?P<h>\d{{1,2}}):(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?:[.,](?P<c>\d{{1,9}}))?{_END}",
        _duration,
    )
    yield rf"{_FREE}(?P<m>\d{{1,2}}):(?P<s>[0-5]\d)[.,](?P<c>\d{{1,3}}){_END}", _duration
    if words.language == "fr":
        yield rf"{_FREE}(\d{{1,3}}){S}?[hH](?:{S}?([0-5]\d))?{_END}", _french_time
        yield rf"{_FREE}(\d{{1,2}}):([0-5]\d){_END}", _french_time
        yield rf"{_FREE}(?P<m>\d{{1,3}})['′](?![\w'])", _duration
        yield rf"{_FREE}(?P<m>\d{{1,3}})['’′](?P<s>[0-5]\d){_END}", _duration
        yield rf"{_FREE}([1-9]\d?),(\d\d){S}(m){_END}", _metres_decimal
        yield rf"{_FREE}(\d+){S}?(m|km|€){S}?(\d\d){_END}", _metres_and
        return
    yield rf"(?i){_FREE}(\d{{1,2}})(?:[:.]([0-5]\d))?{S}?([ap])\.?m(?:\.|\b)(?!\w)", _half_day
    yield rf"{_FREE}(\d{{1,2}}):([0-5]\d){_END}", _english_time


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


# First, second, third


def _ordinals(words: Lexicon) -> Iterator[Rule]:
    if words.language == "fr":
        yield r"(?<=\de)/(?=\d)|(?<=\der)/(?=\d)", f" {words.word('over')} "
        yield rf"(?<=[IVXL\d])(er?|re|ème){S}(s|arr)\.", _ordinal_noun
        yield r"(?<=[IVX]e)[-–](?=[IVXLC]+e\b)", f" {words.word('range')} "
        ending = r"(er|re|ère|e|è|ème|ᵉ|ᵉʳ|ʳᵉ|èmes|es|ers|res|ères)"
        # Other single letters before an e are words: « Ce », « Le ».
        roman = r"(?!Vers?\b)([IVX][IVXLC]*|[LC][IVXLC]+)"
        yield (
            rf"{_FREE}{roman}{S}?{ending}(?={S}(?:siècle|arrondissement|République)|{_END})(?<!{S}e)",
            _roman_ordinal,
        )
        yield rf"{_FREE}{roman}(?={S}(?:e{S})?siècle)(?:{S}e)?", _roman_ordinal
        yield rf"{_FREE}{roman}{S}e(?={S}(?:et{S}[IVXL]+{S}e{S})?[a-zà-ÿ]{{4}})", _roman_ordinal
        yield r"(?<![\w.,/])(10|12|15|[2-6]0|100)(?:aine|[èe]ne)(s?)\b", _group
        yield (
            rf"{_FREE}(\d+){S}?(er|re|ère|ers|res|ères|nde|nd|ndes|nds|i?[èe]me|i?[èe]mes|è|ᵉʳ|ʳᵉ){_END}",
            _ordinal,
        )
        yield rf"{_FREE}(2)(des?){_END}", _ordinal
        yield rf"{_FREE}(\d+)(e|es|ᵉ){_END}|{_FREE}(\d+){S}(e)(?={S}[^\W\d])", _ordinal
        roman_names = one_of(words.tables["numbered with roman"])
        yield rf"(?<=[a-zà-ÿ]{S})([IVXL]{{2,}}){_END}|\b(?:{roman_names}){S}([IVX]){_END}", _roman
        return
    yield rf"{_FREE}(\d+|\d{{1,3}}(?:,\d{{3}})+)(st|nd|rd|th)s?{_END}", _ordinal
    names = one_of([*words.tables["regnal names"], *words.tables["numbered with roman"]])
    yield rf"\b([^\W\d_]+)('s)? ([IVXL]{{2,}}){_END}", _english_roman
    yield rf"\b({names})('s)? ([IVX]){_END}", _english_roman


def _ordinal(words: Lexicon, match: Match) -> str:
    digits, ending = (match[group] for group in ((1, 2) if match[1] else (3, 4)))
    digits = digits.replace(",", "")
    return words.ordinal(int(digits), ending) if len(digits) < 16 else match[0]


def _ordinal_noun(words: Lexicon, match: Match) -> str:
    """« IIIe s. »."""
    noun = "siècle" if match[2] == "s" else "arrondissement"
    return f"{match[1]} {noun}" + ("" if match.string[match.end() :].strip() else ".")


def _group(words: Lexicon, match: Match) -> str:
    """« Une 50aine »."""
    return f"{words.cardinal(int(match[1])).replace('x', 'z').removesuffix('e')}aine{match[2]}"


def _roman_ordinal(words: Lexicon, match: Match) -> str:
    value = _roman_value(match[1])
    ending = (match[2] if match.re.groups > 1 else "") or ""
    return match[0] if value is None else words.ordinal(value, ending)


def _roman(words: Lexicon, match: Match) -> str:
    value = _roman_value(match[1] or match[2])
    if value is None:
        return match[0]
    return match[0].removesuffix(match[1] or match[2]) + words.cardinal(value)


def _english_roman(words: Lexicon, match: Match) -> str:
    """Ordinals for kings and popes, cardinals for chapters and wars."""
    noun = match[1]
    value = _roman_value(match[3])
    if value is None:
        return match[0]
    is_ordinal = noun[0].isupper() and noun not in words.tables["numbered with roman"]
    number = f"the {words.ordinal(value)}" if is_ordinal else words.cardinal(value)
    return f"{noun}{match[2] or ''} {number}"


def _roman_value(letters: str) -> int | None:
    """Parse a Roman numeral; return None if it is invalid."""
    return roman_value(letters) if _ROMAN.fullmatch(letters) else None


# Abbreviations


def _abbreviation_rules(words: Lexicon) -> Iterator[Rule]:
    if words.language == "fr":
        figure, particles = (
            r"(?:\d|[IVXL]+\b|[LRDA]\.)",
            rf"(?:(?:du|des|de|la|le){S}|[dl]['’]){{0,2}}",
        )
    else:
        figure, particles = r"\d", ""
    places = {
        "before a number": (r"(?<!\w)", rf"(?={S}?{figure})"),
        "after a number": (rf"(?<=\d{S})", _END),
        "before a name": (r"(?<![\w-])", rf"(?=(?:{S}|-){particles}[A-ZÀ-Ý])(?!{S}J\.)"),
        "abbreviations": (r"(?<!\w)", r"(?!\w)"),
    }
    for place, (start, end) in places.items():
        table = words.tables[place]
        yield f"{start}(?:{_symbols(table)}){end}", partial(_abbreviation, place)
    yield r"(?<!\w)#(?=[^\W\d])(\w+)", _hashtag


def _abbreviation(place: str, words: Lexicon, match: Match) -> str:
    table = words.tables[place]
    full: str = _entry(table, match[0])
    after = match.string[match.end() :]
    ends_all = match[0].endswith(".") and not after.strip()
    return full + ("." if ends_all else " " if after[:1].isdigit() else "")


# Ranges, scores, signs


def _ranges(words: Lexicon) -> Iterator[Rule]:
    amount, rank = (
        _amount(words),
        r"(?:[67][-/][0-7]|[0-5][-/][67])(?: ?\(\d{1,2}(?:[-/]\d{1,2})?\))?",
    )
    yield rf"(?<![\w-]){rank}(?:[,/]?{S}(?:et{S}|and{S})?{rank})+(?![\w-])", _sets
    if words.language == "fr":
        yield _REFERENCE_NUMBER, lambda words, match: re.sub("[-.]", " ", match[0])
        yield rf"(?<![\w.,/-])(14|39)-(18|45)(?!{S}ans|[\w-])", r"\1 \2"
    else:
        yield r"(?<![\w.,$£€-])(\d{1,2})-(\d{1,2})(?![\w-]|\.\d)", _score
    yield (
        rf"(?<![\w.,/-])({amount})(?:[-–—]|{S}-{S})(?={amount}(?![\w-]*-\d))",
        rf"\1 {words.word('range')} ",
    )
    yield r"(?<=[%°€$])[-–](?=\d)", f" {words.word('range')} "
    yield r"(?<=\d)-(?=\d)", " "
    yield r"(?<![\w)\d])[-−](?=\d)|−(?=\d)", f" {words.word('minus')} "
    yield rf"(?<![\w)%€°]{S})[-−]{S}(?=\d+(?:[.,]\d+)?{S}?[%°])", f"{words.word('minus')} "
    yield r"(?<=UTC|GMT)-(?=\d)", f" {words.word('minus')} "
    yield rf"(?<=\(){S}?[-–−]{S}?(?=\d)", f"{words.word('minus')} "
    yield r"\+(?=\d)", f" {words.word('plus')} "
    yield r"(?<=\d):(?=\d)", f" {words.word('ratio')} "
    yield rf"(?<=[\dm]){S}?[x×]{S}?(?=\d)", f" {words.word('dimension')} "
    yield r"(?<=\d)[x×](?!\w)", f" {words.tables['symbols']['×']}"


def _sets(words: Lexicon, match: Match) -> str:
    """Sets of a tennis match: « six quatre, sept cinq »."""
    return re.sub("[-/]", " ", match[0])


def _score(words: Lexicon, match: Match) -> str:
    """« 2-0 »: no range goes down or from zero."""
    ours, theirs = int(match[1]), int(match[2])
    if theirs > ours > 0:
        return match[0]
    return " ".join(words.cardinal(goals) if goals else "nil" for goals in (ours, theirs))


# Money


def _money(words: Lexicon) -> Iterator[Rule]:
    amount, currency = _amount(words), _symbols(words.currencies)
    scale = one_of(words.tables["scales"])
    to = words.word("range")
    range_ = rf"(?:(?P<from>{amount}){S}{to}{S})?"
    if words.language == "fr":
        yield r"(?<![\w.,])\d{1,3}(?:,\d{3}){2,}(?![\d,])", _continental
        yield r"(?<=[$£€¥])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,2})(?!\d)", _continental
    yield (
        rf"(?<!\w)(?P<currency>{currency}){S}?{range_}(?P<amount>{amount})"
        rf"(?:[ -]?(?P<scale>{scale}){_END})?",
        _price,
    )
    yield (
        rf"(?<![\w.,])(?P<amount>{amount}){S}?(?:(?P<scale>{scale}){S}?)?(?:de{S}|d['’])?"
        rf"(?P<currency>{currency}){_END}",
        _price,
    )
    countables = one_of(words.tables["counted"])
    yield rf"(?<![\w.,])({amount}){S}?({countables}){_END}", _read_scaled
    millions = rf"M(?={S}d['’e])" if words.language == "fr" else rf"m(?={S}[a-z]+s\b|{S}people)"
    yield rf"(?<![\w.,])({amount}){S}?({millions})", _read_scaled


def _continental(words: Lexicon, match: Match) -> str:
    """« £1,200.50 », as it is written in English."""
    return match[0].replace(",", "").replace(".", ",")


def _price(words: Lexicon, match: Match) -> str:
    name = _entry(words.currencies, match["currency"])
    figures, scale = match["amount"], match["scale"]
    if scale:
        price = _scaled_price(words, figures, scale, name)
    else:
        price = _unscaled_price(words, figures, match["currency"], name)
    if match.groupdict().get("from"):
        price = f"{words.amount(match['from'])} {words.word('range')} {price}"
    return price


def _scaled_price(words: Lexicon, figures: str, scale: str, name: UnitName) -> str:
    amount = _scale(words, figures, words.tables["scales"][scale])
    if words.language == "en" or amount.endswith(words.word("thousand")) or scale in ("k", "K"):
        return f"{amount} {name.many}"
    return f"{amount} {words.of(name.many)}"


def _scale(words: Lexicon, figures: str, scale: str) -> str:
    """« 5 M », « 30 k »: in French, thousands are part of the number, but millions are nouns."""
    if words.language == "en":
        return f"{words.amount(figures)} {scale}"
    if scale == words.word("thousand"):
        return words.cardinal(int(words.value(figures) * 1000))
    return words.counted(figures, UnitName(scale, f"{scale}s"))


def _read_scaled(words: Lexicon, match: Match) -> str:
    return _scale(words, match[1], words.tables["scales"][match[2]])


def _unscaled_price(words: Lexicon, figures: str, currency: str, name: UnitName) -> str:
    """« 12,50 € »: « douze euros cinquante »."""
    coins = re.fullmatch(r"(.+)[.,](\d\d)", figures)
    if not (coins and currency in words.tables["cents"]):
        return words.counted(figures, name)
    whole, cents = coins[1], int(coins[2])
    if words.value(whole) == 0:
        return words.counted(str(cents), name_of(words.tables["cents"][currency]))
    amount = words.counted(whole, name)
    return f"{amount} {words.cardinal(cents)}" if cents else amount


# Units


def _measures(words: Lexicon) -> Iterator[Rule]:
    amount, unit = _amount(words), _symbols(words.units)
    bare = one_of(
        [*words.bare_units, *(currency for currency in words.currencies if not currency.isalpha())]
    )
    per = one_of([*words.tables["per"], *words.units])
    yield r"[½⅓⅔¼¾⅛⅕]", _vulgar
    if words.language == "en":
        yield rf"(?<![\w.,-])({amount})-({unit})(?=[{S[1:-1]}-])", _adjective
        yield r"(?<![\w.])(\d{1,2})p\b", r"\1 pence"
        yield r"(?<![\w.])(\d{1,2})c\b", r"\1 cents"
    yield rf"(?<=\d){S}1/2(?![\w/])", f" {words.word('and a half')}"
    yield rf"{_FREE}([1-9])/([2-9])(?:{S}({unit})(?![\w²³'’]))?(?![\w/]|[.,]\d)", _fraction
    yield rf"([lL]|kWh)/100{S}?km{_END}", rf"\1 {words.word('per 100 km')}"
    yield rf"({amount}){S}?/{S}?(?={amount}{_END})", rf"\1 {words.word('over')} "
    yield rf"(\d)(⁻?)([{_RAISED}]+)", _power
    yield r"(?<=\d)\^([-−]?)(?=\d)", _caret
    yield rf"(?<![^\W\d_]-)({amount}){S}?({unit})(?![\w²³'’]|\.\w)", _with_unit
    yield rf"(?i:\b(le|au|du|un|par|chaque|a|per|each){S})?(?<![\w/])({bare})(?![\w²³])", _bare_unit
    yield rf"(?<=[^\W\d]{{3}}){S}?/{S}?({per})(?![\w²³])", _per


def _vulgar(words: Lexicon, match: Match) -> str:
    before = match.string[match.start() - 1 : match.start()]
    return f"{' ' if before.isdigit() else ''}{_VULGAR[match[0]]}"


def _fraction(words: Lexicon, match: Match) -> str:
    above, below = int(match[1]), int(match[2])
    if above >= below:
        return f"{above} {words.word('over')} {below}"
    names = {2: "half", 3: "third", 4: "quarter"}
    ordinal = words.ordinal(below)
    name = words.name(names[below]) if below in names else UnitName(ordinal, f"{ordinal}s")
    fraction = words.counted(match[1], name)
    if not match[3]:
        return fraction
    noun = _entry(words.units, match[3]).one
    return f"{fraction} {noun if below == 2 or words.language == 'en' else words.of(noun)}"


def _power(words: Lexicon, match: Match) -> str:
    exponent = "".join(str(_RAISED.index(digit)) for digit in match[3])
    if match[2] + match[3] in ("²", "³"):
        return f"{match[1]} {words.tables['symbols'][match[3]]}"
    minus = f"{words.word('minus')} " if match[2] else ""
    return f"{match[1]} {words.word('power')} {minus}{exponent}"


def _caret(words: Lexicon, match: Match) -> str:
    return f" {words.word('power')} {words.word('minus') + ' ' if match[1] else ''}"


def _with_unit(words: Lexicon, match: Match) -> str:
    return words.counted(match[1], _entry(words.units, match[2]))


def _adjective(words: Lexicon, match: Match) -> str:
    """« A 10-km race »."""
    return f"{words.amount(match[1])}-{_entry(words.units, match[2]).one}"


def _bare_unit(words: Lexicon, match: Match) -> str:
    name = words.units.get(match[2]) or words.currencies[match[2]]
    return f"{match[1]} {name.one}" if match[1] else f" {name.many}"


def _per(words: Lexicon, match: Match) -> str:
    unit = words.units.get(match[1])
    return f" {words.word('per')} {unit.one if unit else match[1]}"


# Remaining numbers


def _numbers(words: Lexicon) -> Iterator[Rule]:
    yield _amount(words), _number
    yield r"(?<![\w.])(?:(?:[A-ZÉ]\.-?){2,}|[A-ZÉ]{2,6}s?)(?![\w])", _acronym


def _number(words: Lexicon, match: Match) -> str:
    """A number, separated from adjacent letters: « A380 », « 4G », « CO2 »."""
    start, end = match.span()
    before = match.string[max(start - _CONTEXT, 0) : start]
    after = match.string[end : end + _CONTEXT]
    number = words.amount(match[0], before, after)
    return f"{' ' if before[-1:].isalpha() else ''}{number}{' ' if after[:1].isalpha() else ''}"


def _acronym(words: Lexicon, match: Match) -> str:
    letters = re.sub("[.-]", "", match[0]).removesuffix("s")
    if letters in words.tables["read as words"] or (
        len(letters) >= _SHORTEST_WORD and "." not in match[0] and _SYLLABLES.fullmatch(letters)
    ):
        return letters.capitalize()
    return _letters(words, letters)


def _letters(words: Lexicon, letters: str) -> str:
    return " ".join(words.tables["letters"].get(letter, letter) for letter in letters)
