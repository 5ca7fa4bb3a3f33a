"""Find quantities in a text, in figures or words, with their units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType

from text_to_num import find_numbers  # type: ignore[import-untyped]

from index.text.folding import fold
from index.text.moments import find_moments
from index.text.numbers import SMALL_NUMBERS, roman_value
from index.text.patterns import SPACE as S
from index.text.patterns import one_of

FRACTIONS = MappingProxyType(
    {
        "moitie": 1 / 2, "demi": 1 / 2, "demie": 1 / 2, "half": 1 / 2, "mitad": 1 / 2,
        "tiers": 1 / 3, "third": 1 / 3, "thirds": 1 / 3, "tercio": 1 / 3,
        "quart": 1 / 4, "quarts": 1 / 4, "quarter": 1 / 4, "quarters": 1 / 4,
        "cinquieme": 1 / 5, "dixieme": 1 / 10, "tenth": 1 / 10, "centieme": 1 / 100,
        "hundredth": 1 / 100, "fiftieth": 1 / 50, "millieme": 1 / 1000,
    }
)  # fmt: skip
COLLECTIVE = MappingProxyType(
    {
        "dizaine": 10, "douzaine": 12, "dozen": 12, "quinzaine": 15, "vingtaine": 20,
        "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "centaine": 100, "millier": 1000,
    }
)  # fmt: skip

ORDINALS = MappingProxyType(
    {
        word: number
        for number, row in enumerate(
            (
                "deuxieme second seconde segundo",
                "troisieme third tercero",
                "quatrieme fourth cuarto",
                "cinquieme fifth quinto",
                "sixieme sixth sexto",
                "septieme seventh septimo",
                "huitieme eighth octavo",
                "neuvieme ninth noveno",
                "dixieme tenth decimo",
            ),
            2,
        )
        for word in row.split()
    }
)

COUNTS = {word: number for word, number in SMALL_NUMBERS.items() if 2 <= number <= 9}

_FORMS = {
    "%": "% pour|cent pourcent percent per|cent por|ciento por|cento prozent",
    "km/h": "km/h kph kmh kilomètres|par|heure kilomètres-heure kilomètres|à|l'heure "
    "kilometres|per|hour kilometers|per|hour",
    "m/s": "m/s mètres|par|seconde metres|per|second meters|per|second",
    "km": "km kilomètre kilomètres kilometre kilometres kilometer kilometers kilómetros",
    "cm": "cm centimètre centimètres centimetre centimetres centimeters",
    "mm": "mm millimètre millimètres millimetre millimetres millimeters",
    "µm": "µm micromètre micromètres micrometre micrometres micrometers microns",
    "m": "m mètre mètres metre metres meter meters metros",
    "foot": "ft foot feet pied pieds",
    "mile": "mile miles",
    "km²": "km² km2 kilomètres|carrés square|kilometres square|kilometers",
    "m²": "m² m2 mètres|carrés square|metres square|meters",
    "ha": "ha hectare hectares",
    "€": "€ euro euros eur",
    "$": "$ dollar dollars usd",
    "£": "£ livres|sterling pounds|sterling",
    "kg": "kg kilo kilos kilogramme kilogrammes kilogram kilograms",
    "g": "g gramme grammes gram grams",
    "t": "tonne tonnes ton tons",
    "°C": "°c degrés|celsius degrees|celsius",
    "K": "k kelvin kelvins",
    "V": "v volt volts",
    "W": "w watt watts",
    "MW": "mw mégawatts megawatts",
    "GeV": "gev",
    "TeV": "tev",
    "year": "an ans année années year years año años anos jahre",
    "month": "mois month months meses",
    "week": "semaine semaines week weeks",
    "day": "jour jours journée journées day days días tage",
    "hour": "h heure heures hour hours",
    "minute": "min minute minutes",
    "second": "s seconde secondes second seconds",
    "light-year": "année-lumière années-lumière light-year light-years light|year light|years "
    "années|lumière",
    "century": "siècle siècles century centuries",
    "time": "fois times",
}

_NAMES = {form.replace("|", " "): unit for unit, row in _FORMS.items() for form in row.split()}
_PATTERN = "|".join(
    re.escape(form).replace(r"\ ", S)
    for form in sorted(_NAMES, key=lambda form: (-len(form), form))
)
_AFTER = re.compile(rf"(?:{S}|-)?(?:d['’]|de{S}|of{S})?({_PATTERN})(?![\w²])", re.IGNORECASE)
_BEFORE = re.compile(r"([€$£])\s?$")
_BARE = frozenset({"m", "g", "v", "w", "k", "s", "h", "t"})
_SPACES = re.compile(S)
_SCALES = {
    "cent": 100, "cents": 100, "hundred": 100, "mille": 1e3, "thousand": 1e3, "mil": 1e3,
    "million": 1e6, "millions": 1e6, "millones": 1e6, "milliard": 1e9, "milliards": 1e9,
    "billion": 1e9, "billions": 1e12, "trillion": 1e12, "trillions": 1e12,
}  # fmt: skip
_SCALE = re.compile(rf"{S}({one_of(_SCALES)})(?!\w)", re.IGNORECASE)
# « 15k », « 3 M€ », « 1,5 Md€ », "$2bn"; "£1.5m", but not « 1,5 m ».
_SHORT = re.compile(
    rf"{S}?(?:(k)(?={S}?[€$£]|(?!\w))|(M)(?={S}?(?:[€$£]|d['’]))|(Mds?|Mrds?|bn)(?!\w))"
)
_SHORT_SCALES = (1e3, 1e6, 1e9)
_MILLIONS = re.compile(r"mn?(?!\w)")
_SIZES = MappingProxyType(
    {
        "km": ("length", 1e3), "m": ("length", 1.0), "cm": ("length", 1e-2),
        "mm": ("length", 1e-3), "µm": ("length", 1e-6),
        "kg": ("mass", 1.0), "g": ("mass", 1e-3), "t": ("mass", 1e3),
        "year": ("months", 12.0), "month": ("months", 1.0), "century": ("months", 1200.0),
        "week": ("time", 604800.0), "day": ("time", 86400.0), "hour": ("time", 3600.0),
        "minute": ("time", 60.0), "second": ("time", 1.0),
        "km²": ("area", 1e6), "m²": ("area", 1.0), "ha": ("area", 1e4),
    }
)  # fmt: skip
"""The dimension of a unit, and its size."""


def scale_after(text: str, end: int) -> tuple[float, int]:
    """The factor after a number (« 6,5 millions »), and its end offset."""
    scale = 1.0
    while match := _SCALE.match(text, end):
        scale, end = scale * _SCALES[match[1].lower()], match.end()
    if short := _SHORT.match(text, end):
        letter = next(at for at, group in enumerate(short.groups()) if group)
        return scale * _SHORT_SCALES[letter], short.end()
    return scale, end


def millions_after(text: str, end: int) -> int:
    """The end offset of the letter of an amount like "£1.5m"; `end` itself without one."""
    match = _MILLIONS.match(text, end)
    return match.end() if match else end


def unit_after(text: str, end: int) -> tuple[str, int]:
    """The unit after a number ("" for none), and its end offset."""
    match = _AFTER.match(text, end)
    if match is None:
        return "", end
    form = _SPACES.sub(" ", match[1].replace("’", "'"))
    if form.lower() in _BARE and form not in ("m", "g", "V", "W", "K", "s", "h", "t"):
        return "", end
    return _NAMES[form.lower()], match.end()


def unit_before(text: str, start: int) -> str:
    """The currency sign before a number ("" for none): « $5 »."""
    match = _BEFORE.search(text[:start])
    return match[1] if match else ""


_FIGURES = re.compile(
    rf"(?<![\w.,])[-−–]?\d{{1,3}}(?:{S}\d{{3}})+(?:[.,]\d+)?(?![\d])"
    r"|(?<![\w.,])[-−–]?\d+(?:[.,'’]\d+)*(?:/\d+(?:[ \u00a0\u202f]\d{3})*)?"
    r"|(?<=\w-)\d+(?![\w])"
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’]\d{3})+")
_ORDINAL = re.compile(r"(?:er|ere|re|e|eme|nd|nde|st|rd|th|º|ª)(?!\w)")
_ROMAN = re.compile(r"(?<!\w)([IVXL]+)(?:e|er|ème|th)?(?= siècles?\b| century\b|e? siècle)")
_RANGE = re.compile(rf"(?:{S}|[-–—])*+(?:à|and|a|et|to|ou|or)?+(?:{S}|[-–—])*+")
_HALF = re.compile(r"\s(?:et|and)\s(?:demie?|(?:a|one)[\s-]half)\b")
_LARGE = re.compile(r"(?:million|milliard|billion)s?")
_WORD = re.compile(r"[^\W\d_]+|\S")
_ONE_AND_HALF = re.compile(
    rf"(?<!\w)(?:une?|one|an?){S}([^\W\d_]+){S}(?:et{S}demie?|and{S}a{S}half)(?!\w)", re.IGNORECASE
)
_COUNTED = re.compile(
    rf"(?<![\w.,])(\d{{1,3}}|{'|'.join(COUNTS)})[ \u00a0\u202f-]([^\W\d_]+)", re.IGNORECASE
)
_SPELLED_LANGUAGES = ("fr", "en", "es", "pt", "de", "nl", "it")
_MIN_SPELLED = 2  # « un » and "one" are articles and pronouns far more often than numbers


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its offsets; two `values` if it is ambiguous, like « 13,200 ».

    `unit` is empty if unknown; `spelled` marks numbers in words.
    """

    start: int
    end: int
    values: frozenset[float]
    unit: str = ""
    ordinal: bool = False
    spelled: bool = False

    def supports(self, mention: Quantity) -> bool:
        """True if this number, in a source, supports a stated one."""
        if "%" in (self.unit, mention.unit):
            own_share, share = _share(self), _share(mention)
            if own_share is not None and share is not None:
                return math.isclose(own_share, share, rel_tol=1e-6)
        size = other_size = 1.0
        if self.unit and mention.unit and self.unit != mention.unit:
            if self.unit not in _SIZES or mention.unit not in _SIZES:
                return False
            dimension, size = _SIZES[self.unit]
            other_dimension, other_size = _SIZES[mention.unit]
            if dimension != other_dimension:
                return False
        return any(
            math.isclose(one * size, other * other_size, rel_tol=1e-6)
            for one in self.values
            for other in mention.values
        )


def find_quantities(text: str, language: str) -> list[Quantity]:
    """Find the numbers of a text that are not part of a date, in reading order."""
    taken_places = bytearray(len(text))
    for moment in find_moments(text):
        taken_places[moment.start : moment.end] = b"\1" * (moment.end - moment.start)
    free: list[Quantity] = []
    for quantity in chain(
        _find_centuries(text),
        _find_multiples(text),
        _find_figures(text),
        _find_spelled(text, language),
        _find_named(text),
    ):
        if not any(taken_places[quantity.start : quantity.end]):
            taken_places[quantity.start : quantity.end] = b"\1" * (quantity.end - quantity.start)
            free.append(quantity)
    return _complete_ranges(text, sorted(free, key=lambda quantity: quantity.start))


def _complete_ranges(text: str, quantities: list[Quantity]) -> list[Quantity]:
    """Give the last number's scale and unit to the first: « de 7,4 à 11,9 millions d'euros »."""
    for at in reversed(range(len(quantities) - 1)):
        one, other = quantities[at], quantities[at + 1]
        if one.unit or one.ordinal or not _RANGE.fullmatch(text[one.end : other.start]):
            continue
        values = one.values
        figures = _FIGURES.match(text, other.start)
        if figures and max(values) < 1e3:
            scale, _ = scale_after(text, figures.end())
            values = frozenset(value * scale for value in values)
        quantities[at] = replace(one, values=values, unit=other.unit)
    return quantities


def _share(quantity: Quantity) -> float | None:
    """The value of a percentage or a fraction: « 20 % », « un cinquième »."""
    if quantity.unit == "%":
        return max(quantity.values) / 100
    parts = [value for value in quantity.values if 0 < value < 1]
    return parts[0] if parts and not quantity.unit else None


def _find_centuries(text: str) -> Iterator[Quantity]:
    for match in _ROMAN.finditer(text):
        yield Quantity(*match.span(), frozenset({float(roman_value(match[1]))}), "century", True)


def _find_figures(text: str) -> Iterator[Quantity]:
    for match in _FIGURES.finditer(text):
        ordinal = _ORDINAL.match(fold(text[match.end() : match.end() + 4].lower()))
        end = match.end() + (ordinal.end() if ordinal else 0)
        yield _measure(text, match.start(), end, _values(match[0]), ordinal=bool(ordinal))


def _values(figures: str) -> frozenset[float]:
    plain = _SPACES.sub("", figures).replace("−", "-").replace("–", "-")
    if "/" in plain:
        over, under = plain.split("/")
        under = re.sub(r"\D", "", under)
        return frozenset({float(re.sub(r"\D", "", over) or 0) / (float(under or 1) or 1.0)})
    readings = set()
    if _GROUPED.fullmatch(plain.lstrip("-")):
        readings.add(re.sub(r"[.,'’]", "", plain))
    if plain.count(",") + plain.count(".") <= 1 and "'" not in plain and "’" not in plain:
        readings.add(plain.replace(",", "."))
    elif not readings and plain.count(".") < 2:
        readings.add(re.sub(r"[,'’]", "", plain))
    elif not readings:  # « article 12,3.4.5 »
        readings.add(re.split(r"[.,'’]", plain)[0])
    return frozenset(float(reading) for reading in readings)


def _measure(
    text: str, start: int, end: int, values: frozenset[float], *, ordinal: bool = False,
    spelled: bool = False,
) -> Quantity:  # fmt: skip
    """Apply the scale and the unit around a number."""
    before = unit_before(text, start)
    scale, end = scale_after(text, end)
    if before and (after := millions_after(text, end)) > end:
        scale, end = scale * 1e6, after
    half = _HALF.match(text, end)
    unit, end = unit_after(text, half.end() if half else end)
    if not half and (late := _HALF.match(text, end)):
        half, end = late, late.end()
    unit = unit or before
    step = _LARGE.search(text[start:end].lower()) if half else None
    more = 0.5 * (scale_after(f" {step[0]}", 0)[0] if step else 1) if half else 0.0
    scaled_values = frozenset(value * scale + more for value in values)
    return Quantity(start, end, scaled_values, unit, ordinal, spelled)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word for text_to_num's parser."""

    word: str

    def text(self) -> str:
        return self.word

    def nt_separated(self, previous: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def _find_spelled(text: str, language: str) -> Iterator[Quantity]:
    spans = [match.span() for match in _WORD.finditer(text)]
    tokens = [_Token(text[start:end].lower()) for start, end in spans]
    code = language if language in _SPELLED_LANGUAGES else "en"
    for number in find_numbers(tokens, code, 0.0):
        start, end = spans[number.start][0], spans[number.end - 1][1]
        if number.value < _MIN_SPELLED or any(map(str.isdigit, text[start:end])):
            continue
        after = _WORD.search(text, end)
        words = (text[start:end], after[0] if after else "")
        if any(fold(word.lower()) in FRACTIONS for word in words):
            continue
        yield _measure(
            text, start, end, frozenset({float(number.value)}), ordinal=number.is_ordinal,
            spelled=True,
        )  # fmt: skip


def _find_multiples(text: str) -> Iterator[Quantity]:
    """Find counted numbers and fractions: "two dozen", « trois quarts », « deux cinquièmes »."""
    for match in _ONE_AND_HALF.finditer(text):
        unit, _ = unit_after(text, match.start(1) - 1)
        if unit:
            yield Quantity(*match.span(), frozenset({1.5}), unit, spelled=True)
    for match in _COUNTED.finditer(text):
        word = fold(match[2].lower())
        count = int(match[1]) if match[1].isdecimal() else COUNTS[match[1].lower()]
        if word.rstrip("s") in COLLECTIVE:
            value = float(count * COLLECTIVE[word.rstrip("s")])
            yield _measure(text, *match.span(), frozenset({value}), spelled=True)
        elif word in FRACTIONS or (word.endswith("s") and word[:-1] in ORDINALS):
            part = FRACTIONS.get(word) or 1 / ORDINALS[word[:-1]]
            yield Quantity(*match.span(), frozenset({count * part}), "", spelled=True)


def _find_named(text: str) -> Iterator[Quantity]:
    """Find fractions, ordinals and collective numbers that are single words."""
    words = [(match.start(), match.end(), fold(match[0].lower())) for match in _WORD.finditer(text)]
    for start, end, word in words:
        if word.rstrip("s") in COLLECTIVE:
            total = float(COLLECTIVE[word.rstrip("s")])
            yield _measure(text, start, end, frozenset({total}), spelled=True)
        elif word in FRACTIONS:
            value = frozenset({FRACTIONS[word]})
            if word in ORDINALS:
                value |= {float(ORDINALS[word])}
            yield Quantity(start, end, value, "", word in ORDINALS, True)
        elif word in ORDINALS:
            yield Quantity(start, end, frozenset({float(ORDINALS[word])}), "", True, True)
