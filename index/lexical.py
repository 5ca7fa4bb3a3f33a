"""BM25 over passages, or over sentences: the word score.

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
from index.mending import Mender

# Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), give
# 1.2 < k1 < 2 and 0.5 < b < 0.8 for whole documents. Passages are short and even: that a term
# stands there at all is what tells, and figures in docs/evaluation.md bear the low values out.
K1 = 0.3
B = 0.3

_NO_TERM = "\0"  # stands in an index none of whose documents has a term: bm25s needs a vocabulary


@dataclass(frozen=True, slots=True)
class WordMatch:
    """How the words of one question meet the documents.

    `scores` is BM25 by row over the question's total IDF, shape (documents,), float32: 0 where no
    word meets, at most 1. `idf` gives the weight of each distinct term of the question, and
    `known` the share (0..1) of their sum that stands anywhere in the index.
    """

    scores: npt.NDArray[np.float32]
    idf: Mapping[str, float]
    known: float

    def best(self, count: int) -> npt.NDArray[np.int64]:
        """The rows of the `count` best documents that meet any word at all, in no order."""
        if count < len(self.scores):
            rows = np.argpartition(-self.scores, count)[:count]
        else:
            rows = np.arange(len(self.scores))
        return rows[self.scores[rows] > 0].astype(np.int64)


def keyed_terms(text: str, language: str) -> list[str]:
    """The terms of a text as they stand in the index."""
    return [
        term if any(char.isdigit() for char in term) else f"{language}:{term}"
        for term in terms(text, language)
    ]


class LexicalIndex:
    """A bm25s index (Lucene's BM25) whose documents are passages or sentences, in row order."""

    def __init__(self, bm25: Any, size: int) -> None:
        self._bm25 = bm25
        self._size = size
        self._frequencies = np.diff(bm25.scores["indptr"])
        self._mender = Mender(bm25.vocab_dict, self._frequency)

    @classmethod
    def build(cls, documents: Iterable[tuple[str, str]]) -> LexicalIndex:
        """Index (language, text) pairs."""
        rows = [keyed_terms(text, language) for language, text in documents]
        size = len(rows)
        if not any(rows):
            rows = [[_NO_TERM], *rows[1:]]
        bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
        bm25.index(rows, show_progress=False)
        return cls(bm25, size)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._bm25.save(folder, show_progress=False)
        (folder / "size.json").write_text(json.dumps({"documents": self._size}), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open a saved index, its postings memory-mapped. Raises DamagedIndex."""
        try:
            size = int(json.loads((folder / "size.json").read_text(encoding="utf-8"))["documents"])
            return cls(bm25s.BM25.load(folder, mmap=True, show_progress=False), size)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedIndex(
                f"{folder}: the word index cannot be read ({error}); rebuild it with `selon index`"
            ) from error

    def __len__(self) -> int:
        return self._size

    def match(self, question: str, language: str) -> WordMatch:
        """Score every document against a question in this language.

        A word that no document holds counts as the known one it is a slip away from, if any.
        """
        vocabulary = self._bm25.vocab_dict
        meant = (
            term if term in vocabulary else self._mender.mended(term) or term
            for term in keyed_terms(question, language)
        )
        idf = {term: self._idf(vocabulary.get(term)) for term in dict.fromkeys(meant)}
        weight = sum(idf.values())
        known = [term for term in idf if term in vocabulary]
        if not known:
            return WordMatch(np.zeros(self._size, dtype=np.float32), idf, 0.0)
        scores = np.asarray(self._bm25.get_scores(known), dtype=np.float32) / np.float32(weight)
        return WordMatch(scores, idf, sum(idf[term] for term in known) / weight)

    def _frequency(self, term: str) -> int:
        return int(self._frequencies[self._bm25.vocab_dict[term]])

    def _idf(self, term: int | None) -> float:
        frequency = 0 if term is None else int(self._frequencies[term])
        return math.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5))
