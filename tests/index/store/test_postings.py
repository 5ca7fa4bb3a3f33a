from __future__ import annotations

import random

import bm25s
import numpy as np
import pytest

from index.store.postings import K1, B, postings


def _documents(count: int) -> list[list[str]]:
    chance = random.Random(5)
    words = [f"mot{n}" for n in range(400)]
    weights = [1 / (n + 1) for n in range(400)]
    return [chance.choices(words, weights, k=chance.randrange(40)) for _ in range(count)]


@pytest.mark.parametrize("piece", [7, 1_000, 1 << 20])
def test_the_postings_are_those_of_bm25s(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.store.postings._PIECE", piece)
    documents = _documents(600)
    peer = bm25s.BM25(method="lucene", k1=K1, b=B)
    peer.index(documents, show_progress=False)
    found = postings(documents)
    assert found.size == 600
    assert found.vocabulary.keys() == peer.vocab_dict.keys() - {""}
    for term, number in found.vocabulary.items():
        start, stop = peer.scores["indptr"][peer.vocab_dict[term] :][:2]
        place = slice(found.starts[number], found.starts[number + 1])
        np.testing.assert_array_equal(found.rows[place], peer.scores["indices"][start:stop])
        np.testing.assert_allclose(
            found.scores[place], peer.scores["data"][start:stop], rtol=0, atol=1e-6
        )


@pytest.mark.parametrize("documents", [[], [[]], [[], []]])
def test_documents_without_words_have_no_postings(documents: list[list[str]]) -> None:
    found = postings(documents)
    assert (found.size, len(found.rows), found.vocabulary) == (len(documents), 0, {})
