"""What a question names that a passage does not: another year, number or name, an event.

Exact readings beside those of a model, which takes « 2014 » for « 2012 » now and then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.article import Sentence
from index.findings import Hit
from index.search.question_words import name_words
from index.text.folding import fold
from index.text.language import terms

_YEAR = re.compile(r"(?<![\w.,])(?:1[0-9]|20)\d\d(?!\w|[.,]\d)")
_NUMBER = re.compile(r"(?<!\w)\d+(?:[ \u00a0\u202f.,]\d+)*")
_SEPARATOR = re.compile(r"[ \u00a0\u202f.,]")
_WORD = re.compile(r"[^\W_]+")
_WHY_OR_HOW = re.compile(
    r"\W*+(?:pourquoi\b.*?\b(?P<why>[^\W\d_]++)|comment\b.*?\b(?P<how>a|ont|avait|avaient))"
    r"-(?:t-)?(?:ce|ils?|elles?|on)\b",
    re.IGNORECASE | re.DOTALL,
)
_NO_EVENTS = frozenset(
    term
    for word in _WORD.findall(
        "été eu peut peuvent pouvait pourrait doit doivent devait devrait veut veulent va vont "
        "fait font dit disent appelle appellent nomme nomment surnomme surnomment"
    )
    for term in terms(word, "fr")
)
"""Auxiliaries, and what only gives a name."""

_STEM = 5  # first letters of a name that are compared: « Égypte », « Egyptiens »


@dataclass(frozen=True, slots=True)
class UnmetConstraints:
    """How much of what a question names stands neither in a passage, its title nor its date.

    `years` and `numbers` are 1 where one of them does not, else 0; `names` is a share (0..1).
    """

    years: float
    numbers: float
    names: float


def find_unmet(question: str, hit: Hit) -> UnmetConstraints:
    """What of the question this hit leaves unmet. Names are compared by their first letters."""
    told = "\n".join([_titles(hit), hit.passage.text, *_dates(hit)])
    years = set(_YEAR.findall(question))
    numbers = _numbers(question) - years
    names = {fold(word.lower())[:_STEM] for word in name_words(question) if not word.isdigit()}
    words = {fold(word.lower())[:_STEM] for word in _WORD.findall(told)}
    return UnmetConstraints(
        years=float(not years <= set(_YEAR.findall(told))),
        numbers=float(not numbers <= _numbers(told)),
        names=len(names - words) / len(names) if names else 0.0,
    )


def is_of_other_years(question: str, hit: Hit, sentence: Sentence) -> bool:
    """Whether this sentence of the hit is of other years than the question names.

    Its years are those that it, the title or the date of its article tells; where these tell none,
    the last that its passage names before it. A passage that names the year asked for may give the
    figure of another one all the same.
    """
    asked, passage = _YEAR.findall(question), hit.passage
    told = [*_YEAR.findall(f"{_titles(hit)}\n{sentence.text}"), *_dates(hit)]
    if not told:
        told = _YEAR.findall(passage.text[: sentence.start - passage.start])[-1:]
    if not asked or not told:
        return False
    return not any(min(asked) <= year <= max(asked) for year in told)


def takes_for_granted(question: str, hit: Hit) -> bool:
    """Whether a French question rests on an event that this hit does not name.

    « Pourquoi X a-t-il refusé… » may be asked of one who accepted, of whom the passage tells. The
    event is the verb before its subject or, where that is an auxiliary, the first word that says
    more.
    After « comment » only what has happened counts: « Comment X voit-il… » is told in other words.
    """
    asked = _WHY_OR_HOW.match(question)
    if asked is None:
        return False
    words = _WORD.findall(question[asked.start(asked.lastgroup or 0) :])
    meant = (set(terms(word, "fr")) - _NO_EVENTS for word in words)
    told = f"{_titles(hit)}\n{hit.passage.text}"
    return not next(filter(None, meant), set()) <= set(terms(told, "fr"))


def _titles(hit: Hit) -> str:
    return f"{hit.article.title}\n{hit.passage.heading}"


def _dates(hit: Hit) -> list[str]:
    days = (hit.article.published, hit.article.updated)
    return [str(day.year) for day in days if day is not None]


def _numbers(text: str) -> set[str]:
    return {_SEPARATOR.sub("", each) for each in _NUMBER.findall(text)}
