"""What a question names that what was found does not: another year, number or name, an event.

Exact readings beside those of a model, which takes « 2014 » for « 2012 » now and then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.article import Sentence
from index.findings import Hit
from index.folding import fold
from index.language import terms
from index.search.question_words import name_words

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
    """How much of what a question names is not what was found.

    `years` is 1 where the sentence is of other years than the question names: neither it nor the
    title or date of its article tells one of these. Where these tell none, a sentence is of the
    last year that its passage names before it. `numbers` is 1 where one of them stands neither in
    the passage nor its title, else 0, and `names` the share (0..1) of them that does not.
    """

    years: float
    numbers: float
    names: float


def find_unmet(question: str, hit: Hit, sentence: Sentence) -> UnmetConstraints:
    """What of the question this hit, and this sentence of it, leave unmet. Names are compared by
    their first letters."""
    passage = hit.passage
    title = f"{hit.article.title}\n{passage.heading}"
    days = [day for day in (hit.article.published, hit.article.updated) if day is not None]
    dates = [str(day.year) for day in days]
    years = _YEAR.findall(question)
    told = [*_YEAR.findall(f"{title}\n{sentence.text}"), *dates]
    if not told:
        told = _YEAR.findall(passage.text[: sentence.start - passage.start])[-1:]
    whole = "\n".join([title, passage.text, *dates])
    numbers = _numbers(question) - set(years)
    names = {fold(word.lower())[:_STEM] for word in name_words(question) if not word.isdigit()}
    words = {fold(word.lower())[:_STEM] for word in _WORD.findall(whole)}
    return UnmetConstraints(
        years=float(bool(years and told) and not _meets(years, told)),
        numbers=float(not numbers <= _numbers(whole)),
        names=len(names - words) / len(names) if names else 0.0,
    )


def _meets(years: list[str], told: list[str]) -> bool:
    """Whether one that is told lies between the first and the last that are asked for."""
    return any(min(years) <= year <= max(years) for year in told)


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
    told = "\n".join((hit.article.title, hit.passage.heading, hit.passage.text))
    return not next(filter(None, meant), set()) <= set(terms(told, "fr"))


def _numbers(text: str) -> set[str]:
    return {_SEPARATOR.sub("", each) for each in _NUMBER.findall(text)}
