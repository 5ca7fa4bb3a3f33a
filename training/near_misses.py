"""Near misses: answerable questions with one thing exchanged for another of its kind.

« Quel a été le taux de participation en 2012 ? » becomes « … en 2014 ? », which the passage does
not answer. A thing is exchanged only if the passage or its title has it, for one that neither has.
Years are also added, if the passage's date or the answer's sentence has the only one. And words are
exchanged for their contraries (`contraries.json`): « Pourquoi l'offre a-t-elle été refusée ? » if
it was accepted.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

Kind = Literal["year", "edition", "number", "place", "name", "contrary"]

YEAR = re.compile(r"(?<![\d.,])(?:1[0-9]{3}|20[0-2][0-9])(?![\d%]|[.,]\d)")
IN_YEAR = {"fr": "en", "en": "in", "es": "en", "pt": "em", "no": "i"}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",  # noqa: E501
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",  # noqa: E501
}  # fmt: skip

_WORD = r"[A-ZÀ-ÖØ-ÞŒ][\w-]*"
_NAME = re.compile(
    rf"(?<=[ '’]){_WORD}(?: (?:(?:de|du|des|la|le|von|van|of|the|y|da|do) )?{_WORD})*"
)
_ROMAN = re.compile(r"(?<=[A-Za-zÀ-ÿ] )[IVX]{1,5}(?![\w])|(?<![\w])[IVX]{1,5}(?=e\b)")
_EDITION = re.compile(
    r"(?<=[A-ZÀ-Þa-zà-ÿ] )\d{1,2}(?![\d.,%]|e\b)|\d{1,2}(?=(?:e|er|ère|ème|th|st|nd|rd|º|ª)\b)"
)
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,  ]\d+)*(?![\w.,]\d)")
_NUMBERS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("year", YEAR),
    ("edition", _ROMAN),
    ("edition", _EDITION),
    ("number", _NUMBER),
)
_PLACE_BEFORE = frozenset("à en au aux in at em na no nos nas i til dans vers from".split())  # noqa: SIM905
_VOWELS = frozenset("aeiouyhàâéèêëîïôöûüœAEIOUYHÀÂÉÈÊËÎÏÔÖÛÜŒ")
_ASKS_WHEN = re.compile(
    r"\b(?:quand|ann[ée]es?|dates?|si[èe]cle|when|years?|cu[áa]ndo|a[ñn]o|quando|ano|når|år|century)\b",
    re.IGNORECASE,
)
_ROMANS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI".split()  # noqa: SIM905
_LONG_ENOUGH = 3
_WORDS = re.compile(r"[^\W\d_]+")
_ENDINGS = "e ent é ée és ées ait aient a èrent era eront ant".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A question that its passage does not answer, and the exchange of `gone` for `put`."""

    question: str
    kind: Kind
    gone: str
    put: str


class Names:
    """Names by the word before them, such as « à », from pairs of a language and a text."""

    def __init__(self, questions: Iterable[tuple[str, str]]) -> None:
        groups: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
        for language, text in questions:
            for match in _NAME.finditer(text):
                groups[self._key(language, text, match)].add(match[0])
        self._groups = {key: sorted(names) for key, names in groups.items()}

    def like(self, language: str, text: str, match: re.Match[str]) -> list[str]:
        """Return names that fit in the place of `match`, including itself."""
        return self._groups.get(self._key(language, text, match), [])

    @staticmethod
    def _key(language: str, text: str, match: re.Match[str]) -> tuple[str, str, bool]:
        before = text[: match.start()].lower()
        return language, _last_word(before), " " in match[0]


def make_near_misses(
    question: str, language: str, seen: str, names: Names, random: Random
) -> list[NearMiss]:
    """Make at most one near miss per thing in `question`; `seen` is the title and the passage."""
    near_misses = []
    used: set[int] = set()
    for kind, pattern in _NUMBERS:
        for match in pattern.finditer(question):
            if used.isdisjoint(range(*match.span())):
                used.update(range(*match.span()))
                put = other_number(kind, match[0], seen, random)
                near_misses += _exchange(question, match, kind, put, seen)
    for match in _NAME.finditer(question):
        if used.isdisjoint(range(*match.span())):
            before = _last_word(question[: match.start()].lower())
            likes = names.like(language, question, match)
            put = other_name(likes, match[0], question, seen, random)
            kind = "place" if before in _PLACE_BEFORE else "name"
            near_misses += _exchange(question, match, kind, put, seen)
    return near_misses


def make_contraries(question: str, language: str, seen: str) -> list[NearMiss]:
    """Make a near miss for each word of `question` with a contrary that is not in `seen`."""
    near_misses = []
    for match in _WORDS.finditer(question):
        put = contraries(language).get(match[0])
        elided = question[: match.start()].endswith(("'", "’"))
        fits = not elided or (put or " ")[0] in _VOWELS
        if put and fits and not _stands(put, seen):
            exchanged = question[: match.start()] + put + question[match.end() :]
            near_misses.append(NearMiss(exchanged, "contrary", match[0], put))
    return near_misses


@cache
def contraries(language: str) -> Mapping[str, str]:
    """Map words to their contraries, both ways, with the common forms of French verbs in -er."""
    pairs = json.loads(Path(__file__).with_name("contraries.json").read_text(encoding="utf-8"))
    contrary_of: dict[str, str] = {}
    for one, other in (pair.split() for pair in pairs.get(language, ())):
        forms = [(one, other)]
        if language == "fr" and one.endswith("er") and other.endswith("er"):
            forms += [(one[:-2] + end, other[:-2] + end) for end in _ENDINGS]
        for form, contrary in forms:
            contrary_of.setdefault(form, contrary)
            contrary_of.setdefault(contrary, form)
    return contrary_of


def add_year(question: str, language: str, year: int, random: Random, month: int = 0) -> str | None:
    """Restrict the question to a year, or a month of it; None if it already has a time."""
    if YEAR.search(question) or _ASKS_WHEN.search(question) or language not in IN_YEAR:
        return None
    time = f"{IN_YEAR[language]} {year}"
    if month and language in MONTHS:
        time = f"{IN_YEAR[language]} {MONTHS[language].split()[month - 1]} {year}"
    if language == "fr" and random.random() < 0.3 and question[:2].lower() != "l'":
        return f"{time[0].upper()}{time[1:]}, {question[0].lower()}{question[1:]}"
    body = question.rstrip(" ?")
    return f"{body} {time}{question[len(body) :]}"


def other_year(year: int, seen: str, random: Random) -> int | None:
    """Return a year that is not in `seen`, near in two of three cases."""
    for _ in range(20):
        step = random.choice((1, 2, 3, 4, 5)) if random.random() < 0.67 else random.randint(6, 60)
        other = year + random.choice((-1, 1)) * step
        if 1000 <= other <= 2029 and str(other) not in seen:
            return other
    return None


def answer_year(passage: str, start: int, end: int) -> int | None:
    """Return the only year in the answer's sentence, if it is not part of the answer."""
    left = max(passage.rfind(mark, 0, start) for mark in (". ", "! ", "? ", "\n"))
    right = min(
        (at for mark in ".!?\n" if (at := passage.find(mark, end)) >= 0), default=len(passage)
    )
    years = {match[0] for match in YEAR.finditer(passage, left + 1, right)}
    inside = YEAR.search(passage, start, end)
    return int(years.pop()) if len(years) == 1 and not inside else None


def _exchange(
    question: str, match: re.Match[str], kind: Kind, put: str | None, seen: str
) -> list[NearMiss]:
    if put is None or not _stands(match[0], seen):
        return []
    exchanged = question[: match.start()] + put + question[match.end() :]
    return [NearMiss(exchanged, kind, match[0], put)]


def other_number(kind: Kind, text: str, seen: str, random: Random) -> str | None:
    if kind == "year":
        year = other_year(int(text), seen, random)
        return None if year is None else str(year)
    if text in _ROMANS:
        others = [roman for roman in _ROMANS[1:] if roman != text and not _stands(roman, seen)]
        return random.choice(others) if others else None
    digits = re.sub(r"\D", "", text)
    if digits != text or len(digits) > 12:
        # Grouped or decimal: another first digit keeps the form.
        first = random.choice([digit for digit in "123456789" if digit != text[0]])
        return first + text[1:] if not _stands(first + text[1:], seen) else None
    value = int(text)
    for _ in range(20):
        step = (
            random.randint(1, 3) if value < 20 else max(1, round(value * random.uniform(0.05, 0.6)))
        )
        other = value + random.choice((-1, 1)) * step
        if other > 0 and not _stands(str(other), seen):
            return str(other)
    return None


def other_name(names: list[str], name: str, question: str, seen: str, random: Random) -> str | None:
    opens = name[0] in _VOWELS
    for _ in range(30 if len(names) > 4 else 0):
        other = random.choice(names)
        if (other[0] in _VOWELS) == opens and not any(
            word in seen.lower() or word in question.lower()
            for word in re.findall(rf"\w{{{_LONG_ENOUGH},}}", other.lower())
        ):
            return other
    return None


def _stands(thing: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(thing)}(?!\w)", text, re.IGNORECASE) is not None


def _last_word(text: str) -> str:
    words = re.findall(r"\w+['’]?", text[-20:])
    return words[-1] if words else ""
