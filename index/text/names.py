"""Names in a sentence, recognised by capitals and particles, and the people in a byline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from index.text.dates import month_names, weekday_names
from index.text.patterns import SPACE, one_of
from index.text.stopwords import stop_words

_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_JOINED = "(?:d[eiua]|des|del|della|l[ea]|van|von|der|den|ter|el|al|ben|y)"
_PART = rf"(?:d['’]|l['’])?{_CAPITAL}[\w'’.\-]*"
PERSON = rf"{_PART}(?: (?:{_JOINED} ){{0,2}}{_PART}){{1,4}}"  # « Jeanne de la Tour »
_ONE = rf"(?:{PERSON}|{_CAPITAL}\w+)"
PEOPLE = rf"{_ONE}(?:(?:, | et | and | & | y | und ){_ONE})*"
_LONE_PERSON = re.compile(rf"(?![^ ]+\.$){PERSON}(?<![.])")
_TWO_PEOPLE = re.compile(rf"{PERSON}(?: (?:et|and|&) {PERSON})?")
_BY = re.compile(r"^(?:par|by|por|von|di)\s+", re.IGNORECASE)

PARTICLES = (
    "de", "du", "des", "d'", "d’", "von", "van", "der", "den", "del", "della", "di", "da", "of",
    "the", "al", "bin", "ibn", "ben",
)  # fmt: skip
TITLES = frozenset(
    {"M.", "Mme", "Mlle", "Mr", "Mrs", "Ms", "Dr", "Sir", "Lord", "Lady", "Saint", "Don", "Doña"}
    | {"Sr.", "Sra."}
)
PLACED = (
    "à", "au", "aux", "en", "dans", "sur", "chez", "près de", "près d'", "vers", "sous", "in", "at",
    "on", "near", "into",
)  # fmt: skip
_OPENERS = """
certains certaines plusieurs malgré après avant pourtant toutefois néanmoins outre beaucoup
ensuite enfin grâce suite bien or hier aujourd’hui aujourd'hui trois deux quatre many several
most another however despite later today two three four
"""
OPENERS = frozenset(_OPENERS.split())  # begin sentences, as stop words do
CALENDAR = month_names("fr", "en", "es") | weekday_names("fr", "en", "es")
_ELISION = re.compile(  # with the words before the name: « L’attaquant Thomas Riou »
    rf"^(?:[LDJNSCMT]|Qu|Jusqu|Lorsqu|Puisqu)['’](?:(?!{_CAPITAL}).*?[\s'’](?={_CAPITAL}))?"
)
_SMALL = "[a-zß-öø-ÿœ]"
_SLUG = re.compile(rf"{_SMALL}+(?:([.\-_]){_SMALL}{{2,}}(?:\1{_SMALL}{{2,}}){{0,4}})")
_DOMAINS = frozenset("com org net info".split())  # noqa: SIM905
_ADVERB = re.compile(r"(?:ment|ant|ée?s?|ly|ing|ed)$")
_OPENING = ':«“"-—.?!'


def is_person_name(text: str) -> bool:
    """True if the text is only the name of one or two people."""
    return bool(_LONE_PERSON.fullmatch(text) or _TWO_PEOPLE.fullmatch(text))


def is_one_person(text: str) -> bool:
    """True if the text is only the name of one person."""
    return bool(_LONE_PERSON.fullmatch(text))


def without_by(text: str) -> str:
    """Return a byline without « Par »."""
    return _BY.sub("", text.strip())


def spell_slugs(byline: str) -> str:
    """Return a byline with its slugs as names: « jeanne-de-la-tour » → « Jeanne de la Tour »."""
    return ", ".join(map(_spell_slug, byline.split(", ")))


def _spell_slug(text: str) -> str:
    match = _SLUG.fullmatch(text)
    if match is None:
        return text
    words = text.split(match[1])
    is_address = match[1] == "." and (len(words[-1]) < 3 or words[-1] in _DOMAINS)
    return text if is_address else " ".join(_capitalise(words))


def _capitalise(words: list[str]) -> Iterator[str]:
    after_particle = False
    for at, word in enumerate(words):
        is_particle = at > 0 and (word in PARTICLES or (after_particle and word in ("la", "le")))
        after_particle = is_particle
        initial = "." if len(word) == 1 else ""
        yield word if is_particle else word.capitalize() + initial


@dataclass(frozen=True, slots=True)
class NameSpan:
    """Position of a name in its sentence."""

    start: int
    end: int


@cache
def _name() -> re.Pattern[str]:
    word = r"(?:[A-ZÀ-ÖØ-Þ](?:(?!['’]s\b)[\w’'-])*(?:\.(?=\s?[A-Z]))?|[A-Z]\.)"
    particle = rf"(?:(?:{one_of(PARTICLES)})(?:{SPACE}|(?<=['’])))"
    title = rf"(?:(?:{one_of(TITLES)}){SPACE})?"
    return re.compile(rf"(?<!\w){title}{word}(?:{SPACE}(?:{particle}{{0,2}}{word}|\d+\b))*")


def span_names(sentence: str, language: str) -> list[NameSpan]:
    """Find runs of capitalised words, without a sentence's first word if it is not a name."""
    spans = []
    for match in _name().finditer(sentence):
        elision = _ELISION.match(match[0])
        start = match.start() + (elision.end() if elision else 0)
        start = _past_opening(sentence, start, match.end(), language)
        start = _past_date(sentence, start, match.end())
        text = sentence[start : match.end()].rstrip("'’-")
        if len(text) > 1 and text[0].isupper() and text.lower() not in CALENDAR:
            spans.append(NameSpan(start, start + len(text)))
    return spans


def _past_opening(sentence: str, start: int, end: int, language: str) -> int:
    """Skip an opening word that is not part of the name (« Selon Strabon »)."""
    before = sentence[:start].rstrip()
    first = re.match(r"([\w’'-]+)\s*", sentence[start:end])
    if first is None or (before and before[-1] not in _OPENING):
        return start
    word = first[1].lower()
    alone = first.end() == end - start
    if word in stop_words(language) | OPENERS or (alone and _ADVERB.search(word)):
        return start + first.end()
    return start


def _past_date(sentence: str, start: int, end: int) -> int:
    """Skip a month and its year before the name: "In September 1928 Fleming"."""
    first, _, rest = sentence[start:end].partition(" ")
    digits = re.match(r"(?:\d+\s)+(?=[^\W\d])", rest) if first.lower() in CALENDAR else None
    return start + len(first) + 1 + digits.end() if digits else start


@cache
def _place() -> re.Pattern[str]:
    article = r"(?:(?:la|le|les|the|el|los)\s|l['’])?"
    kind = r"((?:(?:[a-zà-ÿ-]{3,}\s){1,2}(?:de\s|du\s|d['’]|of\s))?)"
    return re.compile(rf"(?<!\w)({one_of(PLACED)})(?:\s|(?<=['’])){article}{kind}$", re.I)


def placed(sentence: str, name: NameSpan) -> bool:
    """True if a preposition of place precedes the name, which is rare for people."""
    return bool(_place().search(sentence[: name.start]))
