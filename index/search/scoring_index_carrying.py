"""How much of a question a sentence speaks of, names that it need not repeat included.

« MAI-1-preview est un modèle de texte. Microsoft l'a entraîné sur 15 000 puces. »: the second
sentence is about the model that only the first one names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set

from index.store.files.word_index import keyed_terms

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def names(question: str, language: str) -> frozenset[str]:
    """The terms of a question that name something: capitals past its first word, or digits."""
    return frozenset(
        term
        for match in _WORD.finditer(question)
        if _is_name(match.group(), first=not question[: match.start()].strip(" ¿¡«\"'"))
        for term in keyed_terms(match.group(), language)
    )


def spoken_of(
    idf: Mapping[str, float],
    carried: Set[str],
    before: Set[str],
    sentences: Sequence[Set[str]],
) -> list[float]:
    """For each sentence of a passage, given as its terms, the share (0..1) of the question's IDF
    that stands in it, or is `carried` over from an earlier sentence or from `before` the passage
    (its article's title and its heading)."""
    weight = sum(idf.values())
    heard = set(before)
    shares = []
    for terms in sentences:
        found = sum(
            value
            for term, value in idf.items()
            if term in terms or (term in carried and term in heard)
        )
        shares.append(found / weight if weight else 0.0)
        heard |= terms
    return shares


def _is_name(word: str, *, first: bool) -> bool:
    capitals = sum(char.isupper() for char in word)
    return any(char.isdigit() for char in word) or capitals > 1 or (capitals == 1 and not first)
