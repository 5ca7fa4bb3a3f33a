"""Prices and measures as they are spoken: « 15 000 € », « 62 m² »."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.speech.lexicon import Lexicon, UnitName, name_of
from bot.speech.spoken_rules import (
    END,
    FREE,
    Match,
    Rule,
    amount_pattern,
    entry_of,
    symbols_pattern,
)
from index.text.patterns import SPACE as S
from index.text.patterns import one_of

_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8", "⅕": "1/5"}
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"


# Money


def money_rules(words: Lexicon) -> Iterator[Rule]:
    amount, currency = amount_pattern(words), symbols_pattern(words.currencies)
    scale = one_of(words.tables["scales"])
    to = words.word("range")
    range_ = rf"(?:(?P<from>{amount}){S}{to}{S})?"
    if words.language == "fr":
        yield r"(?<![\w.,])\d{1,3}(?:,\d{3}){2,}(?![\d,])", _continental
        yield r"(?<=[$£€¥])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d{1,2})(?!\d)", _continental
    yield (
        rf"(?<!\w)(?P<currency>{currency}){S}?{range_}(?P<amount>{amount})"
        rf"(?:[ -]?(?P<scale>{scale}){END})?",
        _price,
    )
    yield (
        rf"(?<![\w.,])(?P<amount>{amount}){S}?(?:(?P<scale>{scale}){S}?)?(?:de{S}|d['’])?"
        rf"(?P<currency>{currency}){END}",
        _price,
    )
    countables = one_of(words.tables["counted"])
    yield rf"(?<![\w.,])({amount}){S}?({countables}){END}", _read_scaled
    millions = rf"M(?={S}d['’e])" if words.language == "fr" else rf"m(?={S}[a-z]+s\b|{S}people)"
    yield rf"(?<![\w.,])({amount}){S}?({millions})", _read_scaled


def _continental(words: Lexicon, match: Match) -> str:
    """« £1,200.50 », as it is written in English."""
    return match[0].replace(",", "").replace(".", ",")


def _price(words: Lexicon, match: Match) -> str:
    name = entry_of(words.currencies, match["currency"])
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


def measure_rules(words: Lexicon) -> Iterator[Rule]:
    amount, unit = amount_pattern(words), symbols_pattern(words.units)
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
    yield rf"{FREE}([1-9])/([2-9])(?:{S}({unit})(?![\w²³'’]))?(?![\w/]|[.,]\d)", _fraction
    yield rf"([lL]|kWh)/100{S}?km{END}", rf"\1 {words.word('per 100 km')}"
    yield rf"({amount}){S}?/{S}?(?={amount}{END})", rf"\1 {words.word('over')} "
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
    noun = entry_of(words.units, match[3]).one
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
    return words.counted(match[1], entry_of(words.units, match[2]))


def _adjective(words: Lexicon, match: Match) -> str:
    """« A 10-km race »."""
    return f"{words.amount(match[1])}-{entry_of(words.units, match[2]).one}"


def _bare_unit(words: Lexicon, match: Match) -> str:
    name = words.units.get(match[2]) or words.currencies[match[2]]
    return f"{match[1]} {name.one}" if match[1] else f" {name.many}"


def _per(words: Lexicon, match: Match) -> str:
    unit = words.units.get(match[1])
    return f" {words.word('per')} {unit.one if unit else match[1]}"
