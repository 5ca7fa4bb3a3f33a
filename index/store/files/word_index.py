"""The words of passages, or of sentences, on disk."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.errors import DamagedIndex, reason_of
from index.store.postings import K1, B, Postings, WordMatch, idf, postings
from index.text.language import keyed_terms

# The files of an index, named and made as bm25s (0.3) makes them: it opens the folder too.
_ROWS = "indices.csc.index.npy"
_SCORES = "data.csc.index.npy"
_STARTS = "indptr.csc.index.npy"
_VOCABULARY = "vocab.index.json"
_FORMULA = "params.index.json"
_SIZE = "size.json"
WORD_FILES = (_ROWS, _SCORES, _STARTS, _VOCABULARY, _FORMULA, _SIZE)


class WordIndex:
    """The words of documents (passages, or sentences) in row order, as BM25 weighs them.

    See `index.store.reader.TermStatistics`.
    """

    def __init__(self, postings: Postings) -> None:
        self.postings = postings
        self._letters: dict[str, str] = {}

    @classmethod
    def build(cls, documents: Iterable[tuple[str, str]], average_length: float = 0.0) -> WordIndex:
        """Index (language, text) pairs, taken one by one; see `postings` on `average_length`."""
        terms = (keyed_terms(text, language) for language, text in documents)
        return cls(postings(terms, average_length))

    def save(self, folder: Path) -> None:
        postings = self.postings
        folder.mkdir(parents=True, exist_ok=True)
        for name, each in (
            (_ROWS, postings.rows),
            (_SCORES, postings.scores),
            (_STARTS, postings.starts),
        ):
            np.save(folder / name, each, allow_pickle=False)
        formula = {"method": "lucene", "k1": K1, "b": B, "num_docs": postings.size}
        for name, content in (
            (_VOCABULARY, postings.vocabulary),
            (_FORMULA, formula),
            (_SIZE, {"documents": postings.size, "average_length": postings.average_length}),
        ):
            written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            (folder / name).write_text(written, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> WordIndex:
        """Open a saved index, its postings memory-mapped. Raises DamagedIndex."""
        try:
            sizes = json.loads((folder / _SIZE).read_text(encoding="utf-8"))
            size, average = int(sizes["documents"]), float(sizes.get("average_length", 0.0))
            vocabulary = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
            # Views of the arrays, not memory maps, whose every slice costs as much as reading it.
            starts, rows, scores = (
                np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False))
                for name in (_STARTS, _ROWS, _SCORES)
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedIndex("damaged-words", shown=folder, reason=reason_of(error)) from error
        return cls(Postings(vocabulary, starts, rows, scores, size, average))

    def __len__(self) -> int:
        return self.postings.size

    def frequencies(self, terms: Collection[str]) -> dict[str, int]:
        postings = self.postings
        return {term: postings.frequency(term) for term in terms if term in postings.vocabulary}

    def letters(self, language: str) -> str:
        letters = self._letters.get(language)
        if letters is None:
            own = (term for term in self.postings.vocabulary if term.startswith(f"{language}:"))
            letters = self._letters[language] = "".join(sorted(set().union(*own)))
        return letters

    def match(self, terms: Iterable[str]) -> WordMatch:
        """Every document against these terms; those that none holds change nothing."""
        postings = self.postings
        known = (postings.of(term) for term in terms if term in postings.vocabulary)
        return WordMatch(tuple(known), postings.size)

    def match_as_segment(self, weights: Mapping[str, float]) -> WordMatch:
        """As `match`, of terms with their IDF in the whole index, of which this is a segment."""
        postings = self.postings
        known = []
        for term, weight in weights.items():
            if term in postings.vocabulary:
                posting, own = postings.of(term), idf(postings.frequency(term), postings.size)
                known.append(replace(posting, factor=weight / own))
        return WordMatch(tuple(known), postings.size)


def average_length(folder: Path) -> float | None:
    """The average length that a saved index weighs documents by; None where none is written."""
    try:
        sizes = json.loads((folder / _SIZE).read_text(encoding="utf-8"))
        return float(sizes["average_length"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
