from __future__ import annotations

import random

import bm25s
import numpy as np
import pytest

from index.store.postings import K1, B, Postings, postings


def _documents(count: int) -> list[list[str]]:
    chance = random.Random(5)
    words = [f"mot{n}" for n in range(400)]
    weights = [1 / (n + 1) for n in range(400)]
    return [chance.choices(words, weights, k=chance.randrange(40)) for _ in range(count)]


def _of(found: Postings, term: str) -> dict[int, float]:
    number = found.vocabulary[term]
    place = slice(found.starts[number], found.starts[number + 1])
    return dict(zip(found.rows[place].tolist(), found.scores[place].tolist(), strict=True))


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


def test_the_rarer_word_and_the_more_frequent_there_count_more() -> None:
    found = postings([["pont", "grue", "grue"], ["pont", "eau", "eau"], ["pont", "eau"]])
    assert _of(found, "grue")[0] > _of(found, "eau")[1] > _of(found, "eau")[2]
    assert _of(found, "eau")[2] > _of(found, "pont")[2]


def test_terms_are_numbered_as_they_come_so_that_equal_documents_give_equal_files() -> None:
    found = postings([["b", "a"], [], ["c", "a"]])
    assert found.vocabulary == {"b": 0, "a": 1, "c": 2}
    assert found.starts.tolist() == [0, 1, 3, 4]


@pytest.mark.parametrize("documents", [[], [[]], [[], []]])
def test_documents_without_words_have_no_postings(documents: list[list[str]]) -> None:
    found = postings(documents)
    assert (found.size, len(found.rows), found.vocabulary) == (len(documents), 0, {})
