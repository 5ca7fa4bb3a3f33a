"""BM25 over passages: the word score.

Terms carry the language they were stemmed in, so a French question never meets a Spanish passage
through a chance stem; tokens with a digit (years, quantities, `mai-1-preview`) mean the same in
every language and are shared.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt

from index.errors import DamagedIndex
from index.language import terms

# Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.4,
# give 1.2 < k1 < 2 and 0.5 < b < 0.8 as the reasonable range.
K1 = 1.5
B = 0.75

_NO_TERM = "\0"  # stands in an index none of whose passages has a term: bm25s needs a vocabulary


@dataclass(frozen=True, slots=True)
class WordMatch:
    """How the words of one question meet the passages.

    `scores` is BM25 by passage row, shape (passages,), float32. `idf` gives each distinct term of
    the question its inverse document frequency, greatest for a term that no passage holds.
    """

    scores: npt.NDArray[np.float32]
    idf: Mapping[str, float]


def keyed_terms(text: str, language: str) -> list[str]:
    """The terms of a text as they stand in the index."""
    return [
        term if any(char.isdigit() for char in term) else f"{language}:{term}"
        for term in terms(text, language)
    ]


class LexicalIndex:
    """A bm25s index (Lucene's BM25) whose documents are the passages, in row order."""

    def __init__(self, bm25: Any, size: int) -> None:
        self._bm25 = bm25
        self._size = size
        self._frequencies = np.diff(bm25.scores["indptr"])

    @classmethod
    def build(cls, passages: Iterable[tuple[str, str]]) -> LexicalIndex:
        """Index (language, text) pairs."""
        documents = [keyed_terms(text, language) for language, text in passages]
        size = len(documents)
        if not any(documents):
            documents = [[_NO_TERM], *documents[1:]]
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.index(documents, show_progress=False)
        return cls(bm25, size)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._bm25.save(folder, show_progress=False)
        (folder / "size.json").write_text(json.dumps({"passages": self._size}), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open a saved index, its postings memory-mapped. Raises DamagedIndex."""
        try:
            size = int(json.loads((folder / "size.json").read_text(encoding="utf-8"))["passages"])
            return cls(bm25s.BM25.load(folder, mmap=True, show_progress=False), size)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedIndex(
                f"{folder}: the word index cannot be read ({error}); rebuild it with `selon index`"
            ) from error

    def __len__(self) -> int:
        return self._size

    def match(self, question: str, language: str) -> WordMatch:
        """Score every passage against a question in this language."""
        distinct = list(dict.fromkeys(keyed_terms(question, language)))
        vocabulary = self._bm25.vocab_dict
        known = [term for term in distinct if term in vocabulary]
        scores = (
            np.asarray(self._bm25.get_scores(known), dtype=np.float32)
            if known
            else np.zeros(self._size, dtype=np.float32)
        )
        return WordMatch(scores, {term: self._idf(vocabulary.get(term)) for term in distinct})

    def _idf(self, term: int | None) -> float:
        frequency = 0 if term is None else int(self._frequencies[term])
        return math.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5))
