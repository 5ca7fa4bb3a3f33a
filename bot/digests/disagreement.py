"""Figures on which articles differ: « 84 morts » here, « 86 morts » there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.answer import Citation
from bot.answering.extractive import Relation, relation
from bot.digests.lede import lede, stands_alone
from bot.digests.stories import Opening
from bot.digests.tolls import TOLLS
from bot.verification.quantities import Quantity, find_quantities
from index.article import Article
from index.text.language import terms

# Of the shorter sentence's words, numbers left out, that both have when they tell of one thing.
SHARED_WORDS = 1 / 3
_UNCOUNTED = frozenset(
    term
    for word in ("an", "année", "heure", "minute", "jour", "mois", "semaine", "year", "hour", "day")
    for language in ("fr", "en")
    for term in terms(word, language)
)
_ABOUT = re.compile(
    r"\b(?:(?:plus|près|moins|autour)\s+d(?:e|['’])|environ|quelque"
    r"|about|nearly|almost|over|around|more than)\s*$",
    re.IGNORECASE,
)
# « Une trentaine », "hundreds": no other figure than one that is near it.
_ROUND = re.compile(r"(?:.* )?(?:\w+aines?|dozens?|hundreds?|thousands?)", re.IGNORECASE)
_COMPARED = 4  # other articles of a story in which a figure is looked for that differs
_BEHIND = 60  # characters behind a number in which what it counts is looked for


def figures_differ(texts: Sequence[str], other: str, language: str) -> bool:
    """Whether a sentence gives another number for what one of those told gives a number of, and
    none that they give too; all of one language, on one event, which has one toll.

    Round numbers (« plus de trente ») do not count, nor do ages, hours and spans of time: two of
    them are seldom of the same.
    """
    others = _find_figures(other, language)
    if not others:
        return False
    known = {each: _find_figures(each, language) for each in texts}
    every = [number for counted in known.values() for group in counted.values() for number in group]
    if any(a.supports(b) for group in others.values() for b in group for a in every):
        return False
    tolls = TOLLS.keys()
    return any(
        shared & tolls or (shared and _of_one_thing(each, other, language))
        for each, counted in known.items()
        for shared in [others.keys() & counted.keys()]
    )


def find_other_figure(
    openings: Sequence[Opening], article: Article, texts: Sequence[str]
) -> Citation | None:
    """The first sentence of another article on the event that gives another figure than these
    texts, all of one language; None if none does."""
    others = [each for each in openings[: 1 + _COMPARED] if each.article.id != article.id]
    for other in others:
        for quote in lede(other.article, other.passage):
            alone = quote.quote not in texts and stands_alone(quote.quote, other.article.language)
            if alone and figures_differ(texts, quote.quote, other.article.language):
                return quote
    return None


def _of_one_thing(one: str, other: str, language: str) -> bool:
    if relation(one, other, language) is Relation.DIFFERS:
        return True
    mine, theirs = (
        {term for term in terms(each, language) if not any(map(str.isdigit, term))}
        for each in (one, other)
    )
    fewest = min(len(mine), len(theirs))
    return bool(fewest) and len(mine & theirs) >= SHARED_WORDS * fewest


def _find_figures(text: str, language: str) -> Mapping[str, list[Quantity]]:
    """The numbers of a sentence by what they count: a toll, their unit, or the word behind them."""
    figures: dict[str, list[Quantity]] = {}
    for each in find_quantities(text, language):
        behind = text[each.end :][:_BEHIND]
        toll = next((what for what, pattern in TOLLS.items() if pattern.match(behind)), "")
        if _ABOUT.search(text[: each.start]) or _ROUND.fullmatch(text[each.start : each.end]):
            continue
        what = toll or each.unit or next(iter(terms(behind, language)), "")
        if what and not each.ordinal and what not in _UNCOUNTED:
            figures.setdefault(what, []).append(each)
    return figures
