"""Which word was meant by one that no article holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

SHORTEST = 5  # characters of a term: shorter ones have too many neighbours


class Mender:
    """Finds the known terms that are one slip away: a letter more, less, other or swapped."""

    def __init__(self, vocabulary: Collection[str], frequency: Callable[[str], int]) -> None:
        self._vocabulary = vocabulary
        self._frequency = frequency
        self._letters: dict[str, str] = {}

    def mended(self, term: str) -> str | None:
        """The most frequent known term within one slip; None for a number or a short term."""
        language, mark, word = term.rpartition(":")
        if not mark or len(word) < SHORTEST:
            return None
        # Every slip is tried, a thousand look-ups, instead of every term being compared.
        near = {
            f"{language}:{other}"
            for other in _slips(word, self._letters_of(language))
            if f"{language}:{other}" in self._vocabulary
        }
        return max(near, key=lambda found: (self._frequency(found), found), default=None)

    def _letters_of(self, language: str) -> str:
        """Every character that a term of the language has."""
        letters = self._letters.get(language)
        if letters is None:
            own = (term for term in self._vocabulary if term.startswith(f"{language}:"))
            letters = self._letters[language] = "".join(sorted(set().union(*own)))
        return letters


def _slips(word: str, letters: str) -> Iterator[str]:
    """What stands one slip away from a word (distances as in "optimal string alignment")."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        for letter in letters:
            yield f"{head}{letter}{tail}"
            if tail:
                yield f"{head}{letter}{tail[1:]}"
        if tail:
            yield f"{head}{tail[1:]}"
        if len(tail) > 1:
            yield f"{head}{tail[1]}{tail[0]}{tail[2:]}"
