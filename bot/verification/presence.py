"""Find numbers, dates, names and quoted words of a claim that its source does not have at all."""

from __future__ import annotations

import re

from bot.verification.alignment import Alignment
from bot.verification.moments import Moment
from bot.verification.proper_names import is_named
from bot.verification.quantities import Quantity
from index.text.folding import fold

_MAX_OWN_COUNT = 3  # in words, may be the writer's own count (« les deux hommes »)
_QUOTED = re.compile(r"«([^«»]+)»|“([^“”]+)”|\"([^\"]+)\"|‘([^‘’]{8,})’(?!\w)")
_ELLIPSIS = re.compile(r"\[?(?:\.\.\.|…)\]?")
_SIGNS = re.compile(r"[^\w]+")


def repeats_order(alignment: Alignment) -> bool:
    """True if the claim uses a word that only orders to a machine among the passages have."""
    orders = alignment.source.order_stems
    return any(alignment.claim.words[at].stem in orders for at in alignment.content_words)


def has_unknown_number(alignment: Alignment) -> bool:
    source = alignment.source
    years = {moment.year for moments in source.moments for moment in moments}

    def is_known(mention: Quantity) -> bool:
        is_own_count = mention.spelled and max(mention.values) <= _MAX_OWN_COUNT
        is_year = any(value in years for value in mention.values)  # « 2 000 » for 2000
        return (not mention.unit and (is_own_count or is_year)) or any(
            each.supports(mention) for each in source.every_quantity
        )

    return not all(map(is_known, alignment.claim.quantities))


def has_unknown_date(alignment: Alignment) -> bool:
    source = alignment.source

    def is_number(mention: Moment) -> bool:
        """True for « 2000 chênes », which looks like a year."""
        is_year = mention.year is not None and mention.month is None and not mention.decade
        return is_year and any(mention.year in each.values for each in source.every_quantity)

    return not all(
        any(each.supports(mention) for each in source.every_moment) or is_number(mention)
        for mention in alignment.claim.moments
    )


def has_unknown_quote(alignment: Alignment) -> bool:
    """True if words in quotation marks are not the source's own."""
    source = " ".join(
        _normalize(part)
        for each in alignment.source.passages
        for part in (each.article.title, each.passage.heading, each.passage.text)
    )
    quotes = (next(filter(None, each.groups())) for each in _QUOTED.finditer(alignment.claim.text))
    parts = (_normalize(part) for quote in quotes for part in _ELLIPSIS.split(quote))
    return any(part and f" {part} " not in f" {source} " for part in parts)


def _normalize(text: str) -> str:
    return _SIGNS.sub(" ", fold(text.lower())).strip()


def has_unknown_name(alignment: Alignment) -> bool:
    names = (name for name in alignment.claim.names if name.sure)
    return not all(is_named(name, alignment.source_names) for name in names)
