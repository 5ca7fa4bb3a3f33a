"""What numbers are measured in: one name for every way to write a unit."""

from __future__ import annotations

import re
from types import MappingProxyType

from index.reading.span import SPACE as S
from index.reading.span import one_of

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
    "kg": "kg kilo kilos kilogramme kilogrammes kilogram kilograms kilogrammes",
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

SCALE = MappingProxyType(
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
"""What kind of thing a unit measures, and how much of it one is."""


def scale_after(text: str, end: int) -> tuple[float, int]:
    """What a number is multiplied by (« 6,5 millions »), and where that ends."""
    scale = 1.0
    while match := _SCALE.match(text, end):
        scale, end = scale * _SCALES[match[1].lower()], match.end()
    if short := _SHORT.match(text, end):
        letter = next(at for at, group in enumerate(short.groups()) if group)
        return scale * _SHORT_SCALES[letter], short.end()
    return scale, end


def millions_after(text: str, end: int) -> int:
    """Where the letter of an amount like "£1.5m" ends; `end` itself where there is none."""
    match = _MILLIONS.match(text, end)
    return match.end() if match else end


def unit_after(text: str, end: int) -> tuple[str, int]:
    """The unit behind a number, empty for none, and where it ends."""
    match = _AFTER.match(text, end)
    if match is None:
        return "", end
    form = _SPACES.sub(" ", match[1].replace("’", "'"))
    if form.lower() in _BARE and form not in ("m", "g", "V", "W", "K", "s", "h", "t"):
        return "", end
    return _NAMES[form.lower()], match.end()


def unit_before(text: str, start: int) -> str:
    """« $5 »."""
    match = _BEFORE.search(text[:start])
    return match[1] if match else ""
