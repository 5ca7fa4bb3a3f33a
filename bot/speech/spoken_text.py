"""Spoken form of texts: « 15 000 € » becomes « quinze mille euros ».

Rules are tried in order; their words come from `lexicon`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, partial

from bot.audio import SpeechLanguage
from bot.speech.lexicon import Lexicon, lexicon
from bot.speech.spoken_amounts import measure_rules, money_rules
from bot.speech.spoken_rules import (
    END,
    FREE,
    Match,
    Rule,
    amount_pattern,
    entry_of,
    symbols_pattern,
)
from bot.speech.spoken_times import calendar_rules, clock_rules
from index.text.numbers import roman_value
from index.text.patterns import SPACE as S
from index.text.patterns import one_of

# An acronym is read as a word if its letters form syllables; a shorter one only if it is listed.
_SYLLABLES = re.compile(
    r"(?:[BCDFGHJKLMNPRSTVXZ]|[BCFGPV][LR]|[DT]R|S[CMNPT])?[AEIOUÉ]{1,2}"
    r"(?:(?:[BCDFGJKLMNPRSTVXZ]|[LMNRS][BCDFGPTV])[AEIOUÉ]{1,2})+[BCDFGKLMNPRSTXZ]?"
    r"|[BCDFGHJKLMNPRSTVZ][AEIOUÉ][LMNR][BCDFGKPT]S?"
)
_SHORTEST_WORD = 4
_ROMAN = re.compile(r"(?=.)M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ACCENTED = re.compile("[À-ÂÇ-ËÎÏÔÙ-Û](?=[a-z])")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
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
        *calendar_rules(words),
        *clock_rules(words),
        *_ordinals(words),
        *_ranges(words),
        *money_rules(words),
        *measure_rules(words),
        *_numbers(words),
    ]
    return tuple(
        (re.compile(pattern), say if isinstance(say, str) else partial(say, words))
        for pattern, say in rules
    )


# Addresses


def _addresses() -> Iterator[Rule]:
    yield r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda words, match: _spell(words, match[0])
    yield r"(?:https?://|www\.)\S+", _link
    yield rf"(?<![\w@.-])(?:[\w-]+\.)+(?:{_DOMAINS})(?:/[\w/.-]*)?{END}", _link


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
            rf"{FREE}{roman}{S}?{ending}(?={S}(?:siècle|arrondissement|République)|{END})(?<!{S}e)",
            _roman_ordinal,
        )
        yield rf"{FREE}{roman}(?={S}(?:e{S})?siècle)(?:{S}e)?", _roman_ordinal
        yield rf"{FREE}{roman}{S}e(?={S}(?:et{S}[IVXL]+{S}e{S})?[a-zà-ÿ]{{4}})", _roman_ordinal
        yield r"(?<![\w.,/])(10|12|15|[2-6]0|100)(?:aine|[èe]ne)(s?)\b", _group
        yield (
            rf"{FREE}(\d+){S}?(er|re|ère|ers|res|ères|nde|nd|ndes|nds|i?[èe]me|i?[èe]mes|è|ᵉʳ|ʳᵉ){END}",
            _ordinal,
        )
        yield rf"{FREE}(2)(des?){END}", _ordinal
        yield rf"{FREE}(\d+)(e|es|ᵉ){END}|{FREE}(\d+){S}(e)(?={S}[^\W\d])", _ordinal
        roman_names = one_of(words.tables["numbered with roman"])
        yield rf"(?<=[a-zà-ÿ]{S})([IVXL]{{2,}}){END}|\b(?:{roman_names}){S}([IVX]){END}", _roman
        return
    yield rf"{FREE}(\d+|\d{{1,3}}(?:,\d{{3}})+)(st|nd|rd|th)s?{END}", _ordinal
    names = one_of([*words.tables["regnal names"], *words.tables["numbered with roman"]])
    yield rf"\b([^\W\d_]+)('s)? ([IVXL]{{2,}}){END}", _english_roman
    yield rf"\b({names})('s)? ([IVX]){END}", _english_roman


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
        "after a number": (rf"(?<=\d{S})", END),
        "before a name": (r"(?<![\w-])", rf"(?=(?:{S}|-){particles}[A-ZÀ-Ý])(?!{S}J\.)"),
        "abbreviations": (r"(?<!\w)", r"(?!\w)"),
    }
    for place, (start, end) in places.items():
        table = words.tables[place]
        yield f"{start}(?:{symbols_pattern(table)}){end}", partial(_abbreviation, place)
    yield r"(?<!\w)#(?=[^\W\d])(\w+)", _hashtag


def _abbreviation(place: str, words: Lexicon, match: Match) -> str:
    table = words.tables[place]
    full: str = entry_of(table, match[0])
    after = match.string[match.end() :]
    ends_all = match[0].endswith(".") and not after.strip()
    return full + ("." if ends_all else " " if after[:1].isdigit() else "")


# Ranges, scores, signs


def _ranges(words: Lexicon) -> Iterator[Rule]:
    amount, rank = (
        amount_pattern(words),
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


# Remaining numbers


def _numbers(words: Lexicon) -> Iterator[Rule]:
    yield amount_pattern(words), _number
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
