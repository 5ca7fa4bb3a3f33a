"""Figures on which articles differ: « 84 morts » here, « 86 morts » there."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.extractive import Relation, relation
from bot.verification.quantities import Quantity, quantities
from index.language import terms

SHARED_WORDS = 1 / 3
"""Of the shorter sentence's words, numbers left out, that both have when they tell of one thing."""

_UNCOUNTED = frozenset(
    term
    for word in ("an", "année", "heure", "minute", "jour", "mois", "semaine", "year", "hour", "day")
    for language in ("fr", "en")
    for term in terms(word, language)
)


def figures_differ(one: str, other: str, language: str) -> bool:
    """Whether two sentences, of one language, give another number for the same thing.

    Ages, hours and spans of time do not count: two of them are seldom of the same.
    """
    if relation(one, other, language) is Relation.DIFFERS:
        return bool(_counted(one, language)) and bool(_counted(other, language))
    mine, theirs = (_words(each, language) for each in (one, other))
    fewest = min(len(mine), len(theirs))
    if not fewest or len(mine & theirs) < SHARED_WORDS * fewest:
        return False
    known, given = _counted(one, language), _counted(other, language)
    return any(
        what in given and not any(a.bears(b) for a in known[what] for b in given[what])
        for what in known
    )


def _counted(text: str, language: str) -> dict[str, list[Quantity]]:
    """The numbers of a sentence by what they count: their unit, or the word behind them."""
    found: dict[str, list[Quantity]] = {}
    for each in quantities(text, language):
        behind: Sequence[str] = terms(text[each.end :][:40], language)
        what = each.unit or next(iter(behind), "")
        if what and not each.ordinal and what not in _UNCOUNTED:
            found.setdefault(what, []).append(each)
    return found


def _words(text: str, language: str) -> set[str]:
    return {term for term in terms(text, language) if not any(map(str.isdigit, term))}
