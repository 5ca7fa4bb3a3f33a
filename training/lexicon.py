"""Substitutable words: « fermée » for « ouverte », « médecin » for « avocat ».

Words are compared by their neighbours in four positions (positional PPMI, Levy and Goldberg 2014;
reduced as in Bullinaria and Levy 2012): substitutes mostly agree in gender and number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from random import Random

import numpy as np

_WORD = re.compile(r"[^\W\d_]+")
_PLACES = (-2, -1, 1, 2)
_CONTEXTS, _DIMENSIONS = 4_000, 120
_COMMONEST = 180  # function words, which have no substitutes
_RAREST = 12
_LIKES = 12
_LEAST_COSINE = 0.33
_MOSTLY = 0.5  # minimum share of this spelling, which excludes names and capitalised words
_SAME_STEM = 4


class Lexicon:
    """Substitutes for the words of a language."""

    def __init__(self, likes: Mapping[tuple[str, str], list[str]]) -> None:
        self._likes = likes

    def like(self, language: str, word: str, random: Random) -> str | None:
        """Choose a substitute for a word, if it has any."""
        likes = self._likes.get((language, word))
        return random.choice(likes) if likes else None


def build_lexicon(texts: Mapping[str, Iterable[str]]) -> Lexicon:
    """Build a lexicon from texts of each language."""
    return Lexicon(
        {
            (language, word): likes
            for language, own in texts.items()
            for word, likes in _neighbours([_WORD.findall(text) for text in own]).items()
        }
    )


def _neighbours(texts: list[list[str]]) -> dict[str, list[str]]:
    from scipy.sparse import coo_matrix  # type: ignore[import-untyped]
    from sklearn.utils.extmath import randomized_svd  # type: ignore[import-untyped]

    counts = Counter(word for text in texts for word in text)
    lowered = Counter(word.lower() for text in texts for word in text)
    common = [w for w, n in lowered.most_common() if n >= _RAREST]
    contexts = {word: at for at, word in enumerate(common[:_CONTEXTS])}
    words = [w for w in common if counts[w] >= _MOSTLY * lowered[w] and len(w) > 2]
    row_of = {word: at for at, word in enumerate(words)}
    rows, columns = [], []
    for text in texts:
        places = [contexts.get(word.lower(), -1) for word in text]
        for at, word in enumerate(text):
            row = row_of.get(word)
            if row is None:
                continue
            for number, step in enumerate(_PLACES):
                if 0 <= at + step < len(places) and places[at + step] >= 0:
                    rows.append(row)
                    columns.append(number * _CONTEXTS + places[at + step])
    shape = (len(words), _CONTEXTS * len(_PLACES))
    matrix = coo_matrix((np.ones(len(rows)), (rows, columns)), shape).tocsr()
    by_row = np.asarray(matrix.sum(1)).ravel() + 1
    by_column = np.asarray(matrix.sum(0)).ravel() + 1
    cells = matrix.tocoo()
    smooth = by_column**0.75
    value = np.log(
        np.maximum(cells.data / by_row[cells.row] / smooth[cells.col] * smooth.sum(), 1.0)
    )
    ppmi = coo_matrix((value, (cells.row, cells.col)), shape).tocsr()
    left, size, _ = randomized_svd(ppmi, _DIMENSIONS, n_iter=2, random_state=1)
    vectors = left * np.sqrt(size)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    grammar = set(common[:_COMMONEST])
    neighbours = {}
    for begin in range(0, len(words), 1_000):
        cosines = vectors[begin : begin + 1_000] @ vectors.T
        for row, nearest in enumerate(np.argsort(-cosines)[:, : 3 * _LIKES]):
            word = words[begin + row]
            if word in grammar or len(word) <= 3:
                continue
            likes = [
                words[at]
                for at in nearest
                if cosines[row, at] >= _LEAST_COSINE
                and words[at] not in grammar
                and words[at][:_SAME_STEM] != word[:_SAME_STEM]
                and _ending(words[at]) == _ending(word)
            ]
            if likes:
                neighbours[word] = likes[:_LIKES]
    return neighbours


def _ending(word: str) -> str:
    """Return the last letter if it usually marks gender or number."""
    return word[-1] if word[-1] in "sex" else ""
