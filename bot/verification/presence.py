"""Whether the numbers, dates, names and quoted words of a claim are in the passages at all."""

from __future__ import annotations

import re

from bot.verification import proper_names
from bot.verification.alignment import Alignment
from bot.verification.moments import Moment
from bot.verification.quantities import Quantity
from index.text.folding import fold

_OWN_COUNT_MOST = (
    3  # up to which a number in words may be the writer's own count (« les deux hommes »)
)
_QUOTED = re.compile(r"«([^«»]+)»|“([^“”]+)”|\"([^\"]+)\"|‘([^‘’]{8,})’(?!\w)")
_LEFT_OUT = re.compile(r"\[?(?:\.\.\.|…)\]?")
_SIGNS = re.compile(r"[^\w]+")


def repeats_order(alignment: Alignment) -> bool:
    """Whether the claim takes a word from an order that stands among the passages."""
    ordered = alignment.ground.ordered
    return bool(ordered) and any(
        alignment.claim.words[at].stem in ordered for at in alignment.telling
    )


def unknown_number(alignment: Alignment) -> bool:
    """Whether a number of the claim is nowhere in the passages cited."""
    known = alignment.ground.every_quantity
    return any(
        not any(each.bears(stated) for each in known)
        and not _is_own_count(stated)
        and not _is_year(stated, alignment)
        for stated in alignment.claim.quantities
    )


def _is_own_count(stated: Quantity) -> bool:
    return stated.spelled and not stated.unit and max(stated.values) <= _OWN_COUNT_MOST


def _is_year(stated: Quantity, alignment: Alignment) -> bool:
    """Whether the number is a year there: « 2 000 » told of 2000."""
    years = {moment.year for line in alignment.ground.moments for moment in line}
    return not stated.unit and any(value in years for value in stated.values)


def unknown_date(alignment: Alignment) -> bool:
    """Whether a date of the claim is nowhere in the passages cited, nor above them."""
    known = [moment for line in alignment.ground.moments for moment in line]
    known += alignment.ground.head_moments
    numbers = alignment.ground.every_quantity
    return any(
        not any(each.bears(stated) for each in known) and not _is_number(stated, numbers)
        for stated in alignment.claim.moments
    )


def _is_number(stated: Moment, numbers: tuple[Quantity, ...]) -> bool:
    """Whether what looks like a year is a number there: « 2000 chênes »."""
    return (
        stated.year is not None
        and stated.month is None
        and not stated.decade
        and any(float(stated.year) in each.values for each in numbers)
    )


def unknown_quote(alignment: Alignment) -> bool:
    """Whether words between quotation marks are not the words of the passages cited."""
    whole = " ".join(
        _plain(part)
        for each in alignment.ground.given
        for part in (each.article.title, each.passage.heading, each.passage.text)
    )
    return any(
        f" {_plain(part).strip()} " not in f" {whole} "
        for quote in _quotes(alignment.claim.text)
        for part in _LEFT_OUT.split(quote)
        if _plain(part).strip()
    )


def _quotes(text: str) -> list[str]:
    return [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", fold(text.lower())).strip()


def unknown_name(alignment: Alignment) -> bool:
    """Whether a name of the claim is in none of the passages cited, nor above them."""
    return any(
        name.sure and not proper_names.name_borne(name, alignment.known)
        for name in alignment.claim.names
    )
