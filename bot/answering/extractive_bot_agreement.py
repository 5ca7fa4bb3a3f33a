"""What two quotes are to one another: the same thing said twice, a contradiction, or news."""

from __future__ import annotations

from enum import Enum

from index.language import terms

SAME_SHARE = 0.7  # of the shorter one's words that two quotes share to say the same thing


class Relation(Enum):
    """`SAME`: one adds nothing to the other. `DIFFERS`: the same but for its numbers."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"


def relation(one: str, other: str, language: str) -> Relation:
    """How one sentence stands to another of the same language."""
    words, numbers = _parts(one, language)
    other_words, other_numbers = _parts(other, language)
    shorter = min(len(words), len(other_words))
    if not shorter or len(words & other_words) < SAME_SHARE * shorter:
        return Relation.NEW
    if numbers <= other_numbers or other_numbers <= numbers:
        return Relation.SAME
    return Relation.DIFFERS


def _parts(text: str, language: str) -> tuple[set[str], set[str]]:
    every = set(terms(text, language))
    numbers = {term for term in every if any(char.isdigit() for char in term)}
    return every - numbers, numbers
