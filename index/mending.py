"""Which word was meant by one that no article holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 5  # characters of a term: shorter ones have too many neighbours
_MANY = 8  # neighbours that are compared by how often they stand in the articles


class Mender:
    """Finds the known terms that are one slip away: a letter more, less, other or swapped."""

    def __init__(self, vocabulary: Iterable[str], frequency: Callable[[str], int]) -> None:
        self._vocabulary = vocabulary
        self._frequency = frequency

    def mended(self, term: str) -> str | None:
        """The most frequent known term within one slip; None for a number or a short term."""
        language, mark, word = term.rpartition(":")
        if not mark or len(word) < SHORTEST:
            return None
        near = [
            found
            for length in (len(term) - 1, len(term), len(term) + 1)
            for found, _, _ in process.extract(
                term,
                self._by_length.get((language, length), ()),
                scorer=OSA.distance,
                score_cutoff=1,
                limit=_MANY,
            )
        ]
        return max(near, key=self._frequency, default=None)

    @cached_property
    def _by_length(self) -> dict[tuple[str, int], list[str]]:
        terms: dict[tuple[str, int], list[str]] = {}
        for term in self._vocabulary:
            language, mark, _ = term.rpartition(":")
            if mark:
                terms.setdefault((language, len(term)), []).append(term)
        return terms
