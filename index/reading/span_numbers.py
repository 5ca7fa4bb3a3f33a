"""Dates and numbers in a sentence, in figures or in words."""

from __future__ import annotations

import re
from functools import cache

from index.folding import fold
from index.months import month_pattern
from index.reading import span_words
from index.reading.span import SPACE as S
from index.reading.span import Stretch, one_of

_YEAR = r"(?<![\d.,])(?:1\d{3}|20\d\d)(?![\d%€$]|[.,]\d)"


_FIGURES = rf"(?:\d{{1,3}}(?:(?:{S}|[.,’'])\d{{3}})+(?:,\d+)?(?!\d)|\d+(?:[.,]\d+)?)"


_ERA = rf"(?:{S}(?:av|ap)(?:ant|\.|rès){S}J\.?-?C\.?|{S}(?:BC|AD|a\.{S}C\.))?"


_SINCE = re.compile(r"(?:entre|de|between|from|desde)\W+$", re.I)


_AMBIGUOUS = ("mars", "mai", "march", "may")  # months only behind a word that dates


_DATING = re.compile(r"(?:\d|\b1er|\ben|\bde|\bdébut|\bfin|\bmi)[\s-]$", re.I)


@cache
def _dates(grain: str) -> re.Pattern[str]:
    month = f"(?:{month_pattern('fr', 'en', 'es')})"
    day = r"(?<!\d)(?:1er|[0-3]?\d(?:st|nd|rd|th)?)"
    century = (
        rf"(?:(?:début|fin|milieu){S}(?:du|de){S})?(?:[IVX]+(?:e|ème|er){S}siècles?"
        rf"|siglo{S}[IVX]+|\d\d?(?:st|nd|rd|th){S}century|\b(?:années|(?:los{S})?años){S}"
        rf"\d\d(?:\d\d)?\b|\b[12]\d\d0s\b){_ERA}"
    )
    weekday = rf"(?:(?:{one_of(span_words.WEEKDAYS)}),?{S})?"
    written = (
        rf"{weekday}(?:{day}{S}(?:de{S})?{month}\b(?:,?{S}(?:de{S})?{_YEAR})?"
        rf"|{month}{S}{day},?{S}{_YEAR}|{month}{S}{day}\b(?!\d)|{month}{S}(?:de{S})?{_YEAR})"
    )
    return re.compile(
        {
            "month": rf"\b{month}\b",
            "year": _YEAR,
            "century": century,
            "date": rf"{written}|{century}|{_YEAR}{_ERA}|\b{month}\b(?={S}|[,.])",
        }[grain],
        re.I,
    )


def dates(sentence: str, grain: str = "date", edge: int | None = None) -> list[Stretch]:
    """Dates as fine as the grain (date, year, month, century), two years of a span as one.

    `edge` takes the first (0) or last (-1) of such a span instead.
    """
    found = [
        Stretch(*match.span())
        for match in _dates(grain).finditer(sentence)
        if match[0] not in _AMBIGUOUS or _DATING.search(sentence[: match.start()])
    ]
    if grain not in ("date", "year"):
        return found
    spans: list[list[Stretch]] = []
    for each in found:
        if spans and _spanned(sentence, spans[-1][-1], each):
            spans[-1].append(each)
        else:
            spans.append([each])
    if edge is not None:
        return [span[edge] for span in spans]
    return [Stretch(span[0].start, span[-1].end) for span in spans]


def _spanned(sentence: str, one: Stretch, other: Stretch) -> bool:
    between = sentence[one.end : other.start].strip()
    if between in ("-", "–"):
        return True
    return bool(_SINCE.search(sentence[: one.start])) and between in ("et", "à", "and", "to", "y")


@cache
def _quantity() -> re.Pattern[str]:
    word = rf"(?:{one_of(span_words.NUMBERS)})"
    number = rf"(?:{_FIGURES}|\b{word}(?:(?:-|{S}|-et-){word})*\b)"
    scale = rf"(?:{S}(?:{one_of(span_words.SCALES)})\b)*"
    of = rf"(?:d['’]|(?:de|of){S})?"
    unit = (
        rf"(?:{S}?(?:%|°C|°F|€)|{S}(?:pour{S}cent|percent|per{S}cent|por{S}ciento)"
        rf"|{S}{of}(?:{one_of(span_words.UNITS)})(?!\w))"
    )
    noun = rf"{S}{of}(?:[a-zà-ÿ]\w+{S}(?:de{S}|d['’])?)?[\w-]+"
    return re.compile(
        rf"(?:\b(?:{one_of(span_words.ABOUT)}){S})?(?<![\w.,-])[-−]?[£$€]?{number}{scale}(?P<unit>{unit})?"
        rf"(?P<noun>{noun})?",
        re.I,
    )


def numbers(sentence: str) -> list[Stretch]:
    """Numbers that are no dates, with « environ », scale and unit; « 5 à 7 » is one."""
    taken = dates(sentence)
    found: list[Stretch] = []
    position = 0
    while match := _quantity().search(sentence, position):
        end = position = match.start("noun") if match["noun"] else match.end()
        noun = (match["noun"] or "").strip().lower()
        each = Stretch(match.start(), end, _unit(match["unit"] or "", match[0]), noun)
        if any(each.overlaps(date) for date in taken):
            continue
        if found and re.fullmatch(rf"{S}(?:à|to|ou|or){S}", sentence[found[-1].end : each.start]):
            each = Stretch(found.pop().start, each.end, each.unit, each.noun)
        found.append(each)
    return found


def _unit(unit: str, whole: str) -> str:
    if re.search("[£$€]", whole):
        return "money"
    if re.search("%|cent|ciento", unit):
        return "share"
    last = re.split(r"[\s'’]", unit.strip())[-1]
    return span_words.UNITS.get(last, span_words.UNITS.get(last.lower(), ""))


_VERBS = r"cout\w*|vaut|valai\w*|vaudra\w*|pay(?:e|es|ee|ees|ait|aient|er|ent|a|ons|ez)"


_NOUNS = r"cout|salaire|tarif|budget|cachet|loyer"


_ASKED = {
    "fr": re.compile(
        rf"\bcombien (?:est-ce que )?(?!de\b|d')(?:.*\W)?(?:{_VERBS})\b"
        r"|\bquel(?:s|le|les)? (?:est|etait|sont|etaient|sera|fut) "
        rf"(?:l'|(?:le|la|les|son|sa|ses|leurs?) )(?:{_NOUNS})s?\b"
        r"|\bquel (?:est|etait|sera) (?:le|son|leur) prix(?= (?:du|de|d'|des)\b| ?[?!.]*$)"
        r"|\ba quel prix (?:est|etait|sont|se vend)"
    ),
    "en": re.compile(
        r"\bhow much (?:do|does|did|is|was|were|are|will|would|has|have|had|it)\b.*"
        r"\b(?:costs?|pay|paid|earns?|earned|worth|charged?)\b"
        r"|\bwhat(?: is| was| were| are| will be|'s) (?:the|its|his|her|their) "
        r"(?:price|cost|salary|budget|fee)s?\b"
    ),
}


# « Quel est le prix de la paix ? »: an award.
_AWARD = re.compile(r"\b(?:nobel|paix|jury|goncourt|remport\w*|decern\w*|laureat\w*)\b")


_FREE = re.compile(
    r"\b(?:gratuit\w*|benevole\w*|free(?: of charge)?|unpaid|pour rien|offerte?s?)\b"
)


_SPELT = re.compile(
    r"\b(?:euros?|centimes?|dollars?|francs?|livres? sterling|pounds?|pence|shillings?"
    r"|ecus?|deniers?|pesos?|yens?|roubles?|guineas?)\b"
)


def asks_price(question: str, language: str) -> bool:
    """Whether the question is what something costs, or what somebody is paid."""
    pattern = _ASKED.get(language)
    plain = fold(question.replace("’", "'").lower())
    return bool(pattern and pattern.search(plain)) and _AWARD.search(plain) is None


def tells_price(sentence: str) -> bool:
    """Whether a sum of money stands in a sentence, or that there is nothing to pay."""
    plain = fold(sentence.lower())
    spelt = _SPELT.search(plain) or _FREE.search(plain)
    return bool(spelt) or any(each.unit == "money" for each in numbers(sentence))
