"""The words of passages, or of sentences, on disk."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

from index.errors import DamagedIndex, reason_of
from index.store.postings import K1, B, Postings, WordMatch, postings
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

    def __init__(self, found: Postings) -> None:
        self.postings = found
        self._letters: dict[str, str] = {}

    @classmethod
    def build(cls, documents: Iterable[tuple[str, str]]) -> WordIndex:
        """Index (language, text) pairs, taken one by one."""
        return cls(postings(keyed_terms(text, language) for language, text in documents))

    def save(self, folder: Path) -> None:
        found = self.postings
        folder.mkdir(parents=True, exist_ok=True)
        for name, each in ((_ROWS, found.rows), (_SCORES, found.scores), (_STARTS, found.starts)):
            np.save(folder / name, each, allow_pickle=False)
        formula = {"method": "lucene", "k1": K1, "b": B, "num_docs": found.size}
        for name, content in (
            (_VOCABULARY, found.vocabulary),
            (_FORMULA, formula),
            (_SIZE, {"documents": found.size}),
        ):
            written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            (folder / name).write_text(written, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> WordIndex:
        """Open a saved index, its postings memory-mapped. Raises DamagedIndex."""
        try:
            size = int(json.loads((folder / _SIZE).read_text(encoding="utf-8"))["documents"])
            vocabulary = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
            # Views of the arrays, not memory maps, whose every slice costs as much as reading it.
            starts, rows, scores = (
                np.asarray(np.load(folder / name, mmap_mode="r", allow_pickle=False))
                for name in (_STARTS, _ROWS, _SCORES)
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedIndex("damaged-words", shown=folder, reason=reason_of(error)) from error
        return cls(Postings(vocabulary, starts, rows, scores, size))

    def __len__(self) -> int:
        return self.postings.size

    def frequencies(self, terms: Collection[str]) -> dict[str, int]:
        found = self.postings
        return {term: found.frequency(term) for term in terms if term in found.vocabulary}

    def letters(self, language: str) -> str:
        letters = self._letters.get(language)
        if letters is None:
            own = (term for term in self.postings.vocabulary if term.startswith(f"{language}:"))
            letters = self._letters[language] = "".join(sorted(set().union(*own)))
        return letters

    def match(self, terms: Iterable[str]) -> WordMatch:
        """Every document against these terms; those that none holds change nothing."""
        found = self.postings
        known = (found.of(term) for term in terms if term in found.vocabulary)
        return WordMatch(tuple(known), found.size)
