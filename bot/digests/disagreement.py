"""Articles with contradictory figures: « 84 morts » in one, « 86 morts » in another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.answer import Citation
from bot.answering.extractive import Relation, relation
from bot.archive.lede import is_quotable, is_self_contained, lede
from bot.digests.stories import TOLLS, Opening
from index.article import Article
from index.ingestion.passages import cut
from index.text.language import terms
from index.text.quantities import Quantity, find_quantities

# Two sentences are about the same thing if they share this part of the shorter one's words
# (without numbers).
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
# « Une trentaine », "hundreds": compatible with any figure nearby.
_ROUND = re.compile(r"(?:.* )?(?:\w+aines?|dozens?|hundreds?|thousands?)", re.IGNORECASE)
_COMPARED_ARTICLES = 4  # maximum number of other articles of a story to search
_NOUN_CHARACTERS = 60  # where the counted noun must begin, after the number


def figures_differ(texts: Sequence[str], other: str, language: str) -> bool:
    """True if a sentence gives a different number for something the texts also count, and repeats
    none of their numbers. All are in one language and on one event, which has one toll.

    Ignores round numbers (« plus de trente »), ages, times and durations: two of those rarely
    measure the same thing.
    """
    others = _find_figures(other, language)
    if not others:
        return False
    figures = {text: _find_figures(text, language) for text in texts}
    numbers = [
        number for groups in figures.values() for group in groups.values() for number in group
    ]
    if any(a.supports(b) for group in others.values() for b in group for a in numbers):
        return False
    return any(
        common_keys & TOLLS.keys() or (common_keys and _is_same_subject(text, other, language))
        for text, own in figures.items()
        for common_keys in [others.keys() & own.keys()]
    )


def find_other_figure(
    openings: Sequence[Opening], article: Article, texts: Sequence[str]
) -> Citation | None:
    """Return the first self-contained sentence of another article on the event whose figure
    differs from the texts', all in one language."""
    others = [
        opening
        for opening in openings[: 1 + _COMPARED_ARTICLES]
        if opening.article.id != article.id
    ]
    for other in others:
        language = other.article.language
        for citation in lede(other.article, other.passage):
            text = citation.quote
            is_usable = text not in texts and is_self_contained(text, language)
            if is_usable and figures_differ(texts, text, language):
                return citation
    return None


def find_later_figure(article: Article, quotes: Sequence[Citation]) -> Citation | None:
    """Return the first sentence that repeats a quote of an earlier article with another figure."""
    language = article.language
    earlier = [citation.quote for citation in quotes if citation.article.id != article.id]
    for passage in cut(article):
        for sentence in passage.sentences:
            text = sentence.text
            if (
                is_quotable(sentence, article)
                and is_self_contained(text, language)
                and any(
                    relation(text, quote, language) is Relation.DIFFERS
                    and figures_differ([quote], text, language)
                    for quote in earlier
                )
            ):
                return Citation.of(1, sentence, passage, article)
    return None


def _is_same_subject(one: str, other: str, language: str) -> bool:
    if relation(one, other, language) is Relation.DIFFERS:
        return True
    mine, theirs = (
        {term for term in terms(phrase, language) if not any(map(str.isdigit, term))}
        for phrase in (one, other)
    )
    fewest = min(len(mine), len(theirs))
    return bool(fewest) and len(mine & theirs) >= SHARED_WORDS * fewest


def _find_figures(text: str, language: str) -> Mapping[str, list[Quantity]]:
    """Group a sentence's numbers by what they count: a toll, their unit, or the next word."""
    figures: dict[str, list[Quantity]] = {}
    for figure in find_quantities(text, language):
        after = text[figure.end :][:_NOUN_CHARACTERS]
        if _ABOUT.search(text[: figure.start]) or _ROUND.fullmatch(text[figure.start : figure.end]):
            continue
        toll = next((name for name, pattern in TOLLS.items() if pattern.match(after)), "")
        noun = toll or figure.unit or next(iter(terms(after, language)), "")
        if noun and not figure.ordinal and noun not in _UNCOUNTED:
            figures.setdefault(noun, []).append(figure)
    return figures
