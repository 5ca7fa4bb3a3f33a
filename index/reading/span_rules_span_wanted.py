"""What a question asks for, told by its asking word: a date, a number, a name, a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache

from index.reading import span_words
from index.stopwords import fold


class Kind(Enum):
    """The kinds of short answers.

    `COUNT` is how many of something, `MEASURE` how much in units, `NAME` any name or title,
    `NAMED` the name that follows the noun asked for (« quel hebdomadaire »).
    """

    DATE = "date"
    YEAR = "year"
    MONTH = "month"
    CENTURY = "century"
    COUNT = "count"
    MEASURE = "measure"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The kind of answer, the noun that is counted or named, and the classes of units it may have.

    `edge` says which of two years is meant where a life is told as « (1804-1871) ».
    """

    kind: Kind
    noun: str = ""
    units: frozenset[str] = frozenset()
    edge: int | None = None


# The earliest in the question asks, then the longest. None: no word or two would answer.
# « quel » and "which" lead to a noun, which decides.
_ROWS: dict[str, tuple[tuple[str, Kind | None], ...]] = {
    "fr": (
        (r"(?:depuis |jusqu'a |a partir de |de )?quand", Kind.DATE),
        (r"(?:(?:^|(?<=, ))ou|d'ou|jusqu'ou|par ou)", Kind.PLACE),
        (r"comment (?:s'appel\w+|se nomm\w+)", Kind.NAME),
        (r"combien de temps", Kind.MEASURE),
        (r"combien(?=.*\b(?:cout|vaut|valai|pay|gagn|rapport))", Kind.MEASURE),
        (r"combien(?: de | d'|(?!\w))", Kind.COUNT),
        (r"qu'|que|quoi|pourquoi|comment|lequel|laquelle|lesquels|lesquelles", None),
        (r"qui (?:est|etait|sont|furent|fut)(?= (?-i:[A-Z]))", None),
        (r"(?:(?:a|de|par|avec|chez|pour) )?qui", Kind.PERSON),
        (r"quel(?:le)?s?", Kind.NAMED),
    ),
    "en": (
        (r"(?:since |until )?when", Kind.DATE),
        (r"where", Kind.PLACE),
        (r"how (?:long|old|far|tall|high|wide|deep|heavy|fast|hot|cold)", Kind.MEASURE),
        (r"how much", Kind.MEASURE),
        (r"how many", Kind.COUNT),
        (r"how|why", None),
        (r"who (?:is|was|were|are)(?= (?-i:[A-Z]))", None),
        (r"who|whom|whose", Kind.PERSON),
        (r"which|what", Kind.NAMED),
    ),
    "es": (
        (r"(?:desde |hasta )?cuando", Kind.DATE),
        (r"a?donde", Kind.PLACE),
        (r"cuanto (?:tiempo|cuesta)", Kind.MEASURE),
        (r"cuant[oa]s?", Kind.COUNT),
        (r"por que|para que|como", None),
        (r"quien(?:es)? (?:es|era|fue|son)(?= (?-i:[A-Z]))", None),
        (r"(?:(?:a|de|por|con) )?quien(?:es)?", Kind.PERSON),
        (r"que|cual(?:es)?", Kind.NAMED),
    ),
}

_NOUN = {
    "fr": r"\s*(?:(?:est|etait|fut|sont|sera)\s)?(?:(?:le|la|les|une?|son|sa|leur)\s|l')?([\w-]+)",
    "en": r"\s*(?:(?:is|was|are|were)\s)?(?:(?:the|a|an|his|her|its|their)\s)?([\w-]+)",
    "es": r"\s*(?:(?:es|era|fue|son|fueron)\s)?(?:(?:el|la|los|las|su)\s)?([\w-]+)",
}
_BORN = re.compile(r"\b(?:nee?s?|nait|naissance|born|nacio)\b")
_DEAD = re.compile(r"\b(?:morte?s?|meurt|mourut|decedee?s?|died?|dead|murio)\b")
_MARKS = str.maketrans("’ʼ`\u00a0\u202f", "'''  ")


def wanted(question: str, language: str) -> Wanted | None:
    """What the question asks for; None when no short stretch of a sentence would answer it."""
    if language not in _ROWS:
        return None
    plain = fold(question.translate(_MARKS)).strip(" ¿«\"'")
    asking, kind = _asking(plain, language)
    if asking is None or kind is None:
        return None
    rest = plain[asking.end() :].lower()
    match kind:
        case Kind.NAMED:
            return _of_noun(rest, language)
        case Kind.MEASURE:
            asked = asking[0].lower().split()[-1]
            return Wanted(kind, units=span_words.MEASURED_BY.get(asked, frozenset({"length"})))
        case Kind.COUNT:
            noun = "" if asking[0].lower() == "combien" else _first_noun(rest, language)
            return Wanted(kind, noun, span_words.UNIT_CLASS.get(noun, frozenset()))
        case Kind.DATE:
            return Wanted(kind, edge=_edge(rest))
        case _:
            return Wanted(kind)


def _asking(plain: str, language: str) -> tuple[re.Match[str] | None, Kind | None]:
    found = [
        (match.start(), -match.end(), at, match, kind)
        for at, (pattern, kind) in enumerate(_compiled(language))
        if (match := pattern.search(plain))
    ]
    if not found:
        return None, None
    *_, match, kind = min(found, key=lambda each: each[:3])
    return match, kind


@cache
def _compiled(language: str) -> tuple[tuple[re.Pattern[str], Kind | None], ...]:
    return tuple(
        (re.compile(rf"(?<![\w'-])(?:{pattern})(?:(?<=[' ])|(?!\w))", re.I), kind)
        for pattern, kind in _ROWS[language]
    )


def _first_noun(rest: str, language: str) -> str:
    match = re.match(_NOUN[language], rest)
    return match[1] if match else ""


def _of_noun(rest: str, language: str) -> Wanted | None:
    noun = _first_noun(rest, language)
    if len(noun) < 3:
        return None
    if noun in span_words.MEASURES:
        return Wanted(Kind.MEASURE, units=span_words.MEASURES[noun])
    if noun in span_words.COUNTED:
        return Wanted(Kind.COUNT)
    kind = next((kind for kind, nouns in _NOUNS.items() if noun in nouns), Kind.NAMED)
    return Wanted(kind, noun, edge=_edge(rest))


_NOUNS = {
    Kind.DATE: span_words.DATE_NOUNS,
    Kind.YEAR: span_words.YEAR_NOUNS,
    Kind.MONTH: span_words.MONTH_NOUNS,
    Kind.CENTURY: span_words.CENTURY_NOUNS,
    Kind.PERSON: span_words.PERSON_NOUNS,
    Kind.PLACE: span_words.PLACE_NOUNS,
    Kind.NAME: span_words.NAME_NOUNS,
}


def _edge(rest: str) -> int | None:
    if _BORN.search(rest):
        return 0
    return -1 if _DEAD.search(rest) else None
