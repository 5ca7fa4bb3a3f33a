"""Names, places and titles in a sentence, told by capitals, particles and quotation marks."""

from __future__ import annotations

import re
from functools import cache

from index.months import month_names
from index.reading import span_words
from index.reading.span import SPACE as S
from index.reading.span import Stretch, one_of
from index.stopwords import stop_words

_ELISION = re.compile(r"^(?:[LDJNSCMT]|Qu|Jusqu|Lorsqu|Puisqu)['’]")
_ADVERB = re.compile(r"(?:ment|ant|ée?s?|ly|ing|ed)$")
_OPENING = ':«“"-—.?!'
_BREATH = re.compile(r"(?:,\s|,?\s(?:et|and|y)\s)(?:de\s|d['’]|par\s|by\s)?")
_QUOTED = re.compile(r"«\s*([^«»]{2,60}?)\s*»|“([^“”]{2,60})”|\"([^\"]{2,60})\"")
_BEFORE = re.compile(r"([\w-]+['’]?)\W{0,2}$")


@cache
def _name() -> re.Pattern[str]:
    word = r"(?:[A-ZÀ-ÖØ-Þ](?:(?!['’]s\b)[\w’'-])*(?:\.(?=\s?[A-Z]))?|[A-Z]\.)"
    particle = rf"(?:(?:{one_of(span_words.PARTICLES)})(?:{S}|(?<=['’])))"
    title = rf"(?:(?:{one_of(span_words.TITLES)}){S})?"
    return re.compile(rf"(?<!\w){title}{word}(?:{S}(?:{particle}{{0,2}}{word}|\d+\b))*")


def span_names(sentence: str, language: str) -> list[Stretch]:
    """Capitalised words that follow each other; the sentence's first only if it may be a name."""
    found = []
    for match in _name().finditer(sentence):
        elided = _ELISION.match(match[0])
        start = match.start() + (elided.end() if elided else 0)
        start = _past_opening(sentence, start, match.end(), language)
        start = _past_date(sentence, start, match.end())
        text = sentence[start : match.end()].rstrip("'’-")
        if len(text) > 1 and text[0].isupper() and text.lower() not in _CALENDAR:
            found.append(Stretch(start, start + len(text), before=_before(sentence, start)))
    return found


_CALENDAR = month_names("fr", "en", "es") | span_words.WEEKDAYS


def _past_opening(sentence: str, start: int, end: int, language: str) -> int:
    """Where the name begins once a first word that is none is left out (« Selon Strabon »)."""
    before = sentence[:start].rstrip()
    first = re.match(r"([\w’'-]+)\s*", sentence[start:end])
    if first is None or (before and before[-1] not in _OPENING):
        return start
    word = first[1].lower()
    alone = first.end() == end - start
    if word in stop_words(language) | span_words.OPENERS or (alone and _ADVERB.search(word)):
        return start + first.end()
    return start


def _past_date(sentence: str, start: int, end: int) -> int:
    """Where the name begins behind a month and its year: "In September 1928 Fleming"."""
    first, _, rest = sentence[start:end].partition(" ")
    dated = re.match(r"(?:\d+\s)+(?=[^\W\d])", rest) if first.lower() in _CALENDAR else None
    return start + len(first) + 1 + dated.end() if dated else start


def _before(sentence: str, start: int) -> str:
    match = _BEFORE.search(sentence[:start])
    return match[1].lower() if match else ""


def together(sentence: str, found: list[Stretch]) -> list[Stretch]:
    """Names told in one breath (« A, B et C ») as one."""
    joined: list[Stretch] = []
    for each in found:
        if joined and _BREATH.fullmatch(sentence[joined[-1].end : each.start]):
            joined[-1] = Stretch(joined[-1].start, each.end, before=joined[-1].before)
        else:
            joined.append(each)
    return joined


@cache
def _place(prepositions: tuple[str, ...]) -> re.Pattern[str]:
    article = r"(?:(?:la|le|les|the|el|los)\s|l['’])?"
    kind = r"((?:(?:[a-zà-ÿ-]{3,}\s){1,2}(?:de\s|du\s|d['’]|of\s))?)"
    return re.compile(rf"(?<!\w)({one_of(prepositions)})(?:\s|(?<=['’])){article}{kind}$", re.I)


def placed(sentence: str, name: Stretch) -> bool:
    """Whether a preposition of place stands before a name, as it seldom does before a person's."""
    return bool(_place(span_words.PLACED).search(sentence[: name.start]))


def span_places(sentence: str, language: str) -> list[Stretch]:
    """Names behind a preposition of place, with what they are (« lac de Saint-Ferréol »).

    `before` is the preposition.
    """
    stops = stop_words(language)
    found = []
    for name in span_names(sentence, language):
        match = _place((*span_words.PLACED, *span_words.COMING)).search(sentence[: name.start])
        if match:
            foreign = any(word in stops for word in match[2].split()[:-1])
            start = name.start if foreign else match.start(2)
            found.append(Stretch(start, name.end, before=match[1].lower()))
    return found


def span_titles(sentence: str, language: str) -> list[Stretch]:
    """What stands between quotation marks, and names outside of them."""
    quoted = [
        Stretch(*match.span(match.lastindex or 0), before=_before(sentence, match.start()))
        for match in _QUOTED.finditer(sentence)
    ]
    outside = [
        name
        for name in span_names(sentence, language)
        if not any(name.overlaps(quote) for quote in quoted)
    ]
    return [*quoted, *outside]
