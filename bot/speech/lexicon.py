"""Lexicons of spoken numbers, units, currencies and abbreviations.

Numbers come from num2words, units and currencies from CLDR (Babel), the rest from `spoken_fr.json`
and `spoken_en.json`, and the gender of French nouns from `french_genders.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from babel.numbers import get_currency_name
from babel.units import format_unit
from num2words import num2words

from bot.audio import SpeechLanguage
from index.text.patterns import SPACE

_LONGEST_NUMBER = 15  # digits; longer numbers, or with a leading zero, are read digit by digit
_LONGEST_FRACTION = 3  # decimals that French reads as one number: « virgule vingt-cinq »
_WORD = re.compile(rf"{SPACE}(?:d['’])?([^\W\d_]+)")
# A year after these has no gender agreement: « en 2021 toutes les villes ».
_BEFORE_YEAR = re.compile(r"(?i)\b(?:en|l'an|année|années|depuis|dès|fin|début|[a-zéû]{3,9})\s$")
# Nor has a number that is part of a name: « TF1 », « la Ligue 1 féminine ».
_NAMED = re.compile(
    r"(?i)(?:[^\W\d_]-?|\b(?:numéro|ligue|formule|division|groupe|phase|étape|niveau|type|page)\s)$"
)
# Numbers that are nouns in French: « un million d'euros ».
_NOUN = re.compile(r"(?:million|milliard|billion)s?$")

Gender = Literal["feminine", "masculine", "either"]


@dataclass(frozen=True, slots=True)
class UnitName:
    """Singular and plural of a unit or currency."""

    one: str
    many: str
    feminine: bool = False  # in French


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words. `tables` is its JSON file."""

    language: SpeechLanguage
    tables: Mapping[str, Any]
    units: Mapping[str, UnitName]
    currencies: Mapping[str, UnitName]
    bare_units: frozenset[str]  # also expanded without a number

    def word(self, key: str) -> str:
        return str(self.tables["said"][key])

    def name(self, key: str) -> UnitName:
        return name_of(self.word(key))

    @property
    def months(self) -> list[str]:
        return list(self.tables["months"])

    def cardinal(self, value: int) -> str:
        return self._words(value, "cardinal")

    def year(self, value: int) -> str:
        return self._words(value, "year" if self.language == "en" else "cardinal")

    def ordinal(self, value: int, ending: str = "") -> str:
        """Spell out an ordinal; `ending` is its abbreviated suffix: « 1re », « 2nde », « 2es »."""
        words = self._words(value, "ordinal").replace("vingtsième", "vingtième")
        if self.language == "en":
            return words
        if value == 1 and ending.startswith(("r", "è", "ʳ")):
            words = "première"
        if value == 2 and ending.startswith(("n", "d")):
            words = "seconde" if "de" in ending else "second"
        return words + ("s" if ending.endswith("s") else "")

    def digits(self, figures: str) -> str:
        return " ".join(self.cardinal(int(digit)) for digit in figures if digit.isdigit())

    def value(self, figures: str) -> Decimal:
        whole, fraction = self._parts(figures)
        return Decimal(f"{whole}.{fraction or 0}")

    def amount(self, figures: str, before: str = "", after: str = "") -> str:
        """Spell out a number, in agreement with the text `before` and `after` it."""
        whole, fraction = self._parts(figures)
        if len(whole) > _LONGEST_NUMBER or (len(whole) > 1 and whole.startswith("0")):
            return self.digits(figures)
        if fraction:
            mark = "dot" if self.language == "fr" and "." in figures else "point"
            return f"{self.cardinal(int(whole))} {self.word(mark)} {self._fraction(fraction)}"
        if self.language == "en":
            is_year = re.fullmatch(r"1[1-9]\d\d|20[1-9]\d", figures)
            return self.year(int(figures)) if is_year else self.cardinal(int(whole))
        words = self.cardinal(int(whole))
        return _agree(words) if self._precedes_feminine(whole, before, after) else words

    def counted(self, figures: str, name: UnitName) -> str:
        """Spell out a quantity. In French, the singular extends up to 2: « 1,5 litre »."""
        value = self.value(figures)
        one = value < 2 if self.language == "fr" else value == 1
        noun = name.one if one else name.many
        words = self.amount(figures)
        if self.language == "fr" and name.feminine and value == int(value):
            words = _agree(words)
        return f"{words} {self.of(noun) if _NOUN.search(words) else noun}"

    def of(self, noun: str) -> str:
        """« D'euros », « de livres »."""
        return f"d'{noun}" if noun[0].lower() in "aeiouyéèêh" else f"de {noun}"

    def _parts(self, figures: str) -> tuple[str, str]:
        """Split at the decimal mark."""
        mark, groups = (",", ".") if self.language == "fr" else (".", ",")
        figures = re.sub(SPACE, "", figures)
        if re.fullmatch(rf"\d{{1,3}}(?:\{groups}\d{{3}})+(?:\{mark}\d+)?", figures):
            figures = figures.replace(groups, "")
        whole, _, fraction = figures.replace(groups, mark).partition(mark)
        return whole, fraction

    def _fraction(self, digits: str) -> str:
        if self.language == "en" or len(digits) > _LONGEST_FRACTION:
            return self.digits(digits)
        zeros = len(digits) - len(digits.lstrip("0"))
        words = [self.cardinal(0)] * zeros
        if zeros < len(digits):
            words.append(self.cardinal(int(digits)))
        return " ".join(words)

    def _precedes_feminine(self, whole: str, before: str, after: str) -> bool:
        if not whole.endswith("1") or whole.endswith("11"):
            return False
        if _NAMED.search(before):
            return False
        if len(whole) == 4 and _BEFORE_YEAR.search(before):
            return False
        word = _WORD.match(after)
        while word:
            noun = word[1]
            if whole != "1" and not noun.endswith(("s", "x")):
                return False
            kind = gender(noun)
            if kind != "either":
                return kind == "feminine"
            word = _WORD.match(after, word.end())
        return False

    def _words(self, value: int, to: str) -> str:
        words: str = num2words(value, lang=self.language, to=to)
        return words.replace(" and ", " ").replace(",", "") if self.language == "en" else words


@cache
def lexicon(language: SpeechLanguage) -> Lexicon:
    tables = _load_table(f"spoken_{language}.json")
    units_table = _load_table("spoken_units.json")
    locale = tables["said"]["locale"]
    units = {symbol: _unit(unit, locale) for symbol, unit in units_table["units"].items()}
    for prefix, said in tables["prefixes"].items():
        for symbol, forms in tables["prefixed units"].items():
            one, many = forms.split("|")
            units[f"{prefix}{symbol}"] = name_of(f"{said}{one}|{said}{many}")
    currencies = {
        code: name_of("|".join(get_currency_name(code, count, locale) for count in (1, 2)))
        for code in units_table["currency codes"]
    }
    return Lexicon(
        language,
        tables,
        units | {symbol: name_of(forms) for symbol, forms in tables["units"].items()},
        currencies | {symbol: name_of(forms) for symbol, forms in tables["currencies"].items()},
        frozenset(units_table["without a number"]),
    )


def gender(noun: str) -> Gender:
    """Look up the gender of a French noun or adjective by its longest ending; « either » if it has
    one form for both."""
    genders = _genders()
    noun = noun.lower()
    forms = [noun]
    if noun.endswith(("s", "x")):
        forms.append(noun[:-1])
    for form in forms:
        if f"^{form}" in genders:
            return genders[f"^{form}"]
    endings = (forms[-1][at:] for at in range(len(forms[-1])))
    return next((genders[ending] for ending in endings if ending in genders), "masculine")


@cache
def _genders() -> Mapping[str, Gender]:
    """Load genders by ending; whole words begin with `^`."""
    kinds: tuple[Gender, ...] = ("feminine", "masculine", "either")
    table = _load_table("french_genders.json")
    return {ending: kind for kind in kinds for ending in table[kind]}


def _agree(words: str) -> str:
    return re.sub(r"\bun$", "une", words)


def _unit(unit: str, locale: str) -> UnitName:
    forms = (format_unit(count, unit, "long", locale=locale) for count in (1, 2))
    return name_of("|".join(re.sub(rf"^\d{SPACE}?", "", form) for form in forms))


def name_of(forms: str) -> UnitName:
    """Parse « livre|livres » into singular and plural."""
    one, many = forms.replace("\xa0", " ").split("|")
    noun = one.split()[0]
    return UnitName(one, many, gender(noun) == "feminine" or noun == "livre")


def _load_table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return table
