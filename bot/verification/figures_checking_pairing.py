"""Whether what a claim tells together, or in an order, is told so in the passages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from bot.verification.alignment import Alignment
from bot.verification.figures_checking_binding import HARD, in_name, of_a_kind, stretch
from bot.verification.figures_checking_fitting import Figure, Fits, Place, ahead
from bot.verification.proper_names import Name, beside, distinct, same_name
from bot.verification.quantities import FROM, TO, Quantity

ONE_BREATH = 4  # words between names that are told together: « Becquerel et les époux Curie »


def exchanged_names(alignment: Alignment) -> bool:
    """Whether two names of the claim fit better in each other's place."""
    lines = alignment.with_leads(alignment.evidence)
    known = [(place, name) for place in lines for name in alignment.line(place).text.names]
    told = [
        Figure(
            mine,
            tuple(
                Place(place, *alignment.line(place).text.at(name.start, name.end), same)
                for place, name in known
                if (same := same_name(mine, name)) or distinct(mine, name)
            ),
        )
        for mine in alignment.claim.names
    ]
    fits = [Fits(alignment, figure) for figure in told]
    pairs = combinations(zip(alignment.claim.names, fits, strict=True), 2)
    return any(
        _better_exchanged(one, other)
        for (mine, one), (theirs, other) in pairs
        # A person and a place do not change places, nor do two that are told in one breath.
        if (len(mine.parts) > 1) == (len(theirs.parts) > 1)
        and not beside(alignment.claim.text, mine, theirs)
    )


def _better_exchanged(one: Fits, other: Fits) -> bool:
    """Whether that is so in every sentence where both stand."""
    both = [
        (mine, theirs)
        for mine in one.own
        for theirs in other.own
        if mine[0] == theirs[0] and abs(mine[1] - theirs[1]) > ONE_BREATH
    ]
    turned = []
    for mine, theirs in both:
        kept = one.own[mine] + other.own[theirs]
        changed = one.rivals.get(theirs, 0.0) + other.rivals.get(mine, 0.0)
        turned.append(ahead(kept, changed))
    return bool(turned) and all(turned)


def reversed_range(alignment: Alignment) -> bool:
    """Whether the claim turns a way round: « de 11,9 à 7,4 » for « de 7,4 à 11,9 »."""
    told = _ranges(alignment.claim.quantities, alignment.claim.text)
    known = [
        pair
        for place, found in enumerate(alignment.ground.quantities)
        for pair in _ranges(found, alignment.line(place).text.text)
    ]
    return any(
        low.bears(last) and high.bears(first) and not low.bears(high)
        for first, last in told
        for low, high in known
    )


def _ranges(found: Sequence[Quantity], text: str) -> list[tuple[Quantity, Quantity]]:
    return [
        (one, other)
        for one, other in pairwise(found)
        if FROM.search(text[: one.start]) and TO.search(text[one.end : other.start])
    ]


def parted(alignment: Alignment) -> bool:
    """Whether the claim joins a name and a number that the passages set apart, the name having
    another of its kind: « 95 % ; celle de Moderna, 94,1 % »."""
    claim = alignment.claim
    if any(mark in claim.text for mark in HARD):
        return False
    return any(
        _parted(alignment, name, told)
        for name in claim.names
        if name.sure
        for told in claim.quantities
        if not in_name(claim, told)
    )


def _parted(alignment: Alignment, name: Name, told: Quantity) -> bool:
    together, apart = False, False
    for place in alignment.evidence:
        text = alignment.line(place).text
        stretches = {stretch(text.text, each.start) for each in text.names if same_name(name, each)}
        for known in alignment.ground.quantities[place]:
            if known.bears(told):
                together |= not stretches or stretch(text.text, known.start) in stretches
            elif of_a_kind(known, told) and known.unit:
                apart |= stretch(text.text, known.start) in stretches
    return apart and not together
