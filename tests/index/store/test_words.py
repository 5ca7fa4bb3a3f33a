from __future__ import annotations

import json
import random
from pathlib import Path

import bm25s
import numpy as np
import pytest

from index.errors import DamagedIndex
from index.store.files.words import HASH_FILES, FileWords, hash_terms
from index.store.postings import K1, B, postings
from index.text.language import keyed_terms
from tests.index.store.words import matched, word_index

DOCUMENTS = [
    ("fr", "Le phare de Cordouan veille sur l’estuaire de la Gironde."),
    ("fr", "Le moulin broie 15 000 sacs de grain."),
    ("en", "The lighthouse guides ships into the harbour."),
    ("fr", "Et de la."),
]


@pytest.fixture
def index() -> FileWords:
    return word_index(DOCUMENTS)


def test_documents_that_share_words_are_scored_and_counted_and_no_other(index: FileWords) -> None:
    scores = matched(index, keyed_terms("Où sont les phares ?", "fr")).scores
    assert scores[0] > 0
    assert list(scores[1:]) == [0, 0, 0]
    terms = keyed_terms("Le phare, le moulin, les 15 000 zeppelins", "fr")
    assert index.frequencies(terms) == {"fr:phar": 1, "fr:moulin": 1, "15000": 1}
    gone = index.count_among(np.array([0, 2, 3]), hash_terms(terms))
    assert gone.tolist() == [1, 0, 0, 0]


def test_documents_with_every_word_in_one_of_its_languages(index: FileWords) -> None:
    assert index.rows_with([["fr:phar", "en:lighthous"]]).tolist() == [0, 2]
    assert index.rows_with([["fr:phar", "en:lighthous"], ["fr:girond"]]).tolist() == [0]
    assert index.rows_with([["fr:phar"], ["fr:moulin"]]).tolist() == []
    assert index.rows_with([["fr:phar"], []]).tolist() == []
    assert index.rows_with([]).tolist() == []


@pytest.mark.parametrize("documents", [DOCUMENTS, [("fr", "et de la")]], ids=["some", "wordless"])
def test_a_saved_index_answers_as_before(documents: list[tuple[str, str]], tmp_path: Path) -> None:
    index = word_index(documents)
    index.save(tmp_path / "words")
    opened = FileWords.open(tmp_path / "words")
    assert len(opened) == len(documents)
    np.testing.assert_array_equal(
        matched(opened, keyed_terms("le phare", "fr")).scores,
        matched(index, keyed_terms("le phare", "fr")).scores,
    )


def test_an_index_of_format_3_with_json_terms_answers(index: FileWords, tmp_path: Path) -> None:
    """As Selon 0.1 wrote it."""
    documents = postings(keyed_terms(text, language) for language, text in DOCUMENTS)
    index.save(tmp_path)
    for name in HASH_FILES:
        (tmp_path / name).unlink()
    (tmp_path / "vocab.index.json").write_text(json.dumps(documents.vocabulary), encoding="utf-8")
    sizes = {"documents": documents.size, "average_length": documents.average_length}
    (tmp_path / "size.json").write_text(json.dumps(sizes), encoding="utf-8")
    opened = FileWords.open(tmp_path)
    for question in ("le phare de la Gironde", "15 000 sacs"):
        terms = keyed_terms(question, "fr")
        np.testing.assert_array_equal(matched(opened, terms).scores, matched(index, terms).scores)


def test_a_missing_folder_says_to_rebuild(tmp_path: Path) -> None:
    with pytest.raises(DamagedIndex, match="damaged-words"):
        FileWords.open(tmp_path / "nowhere")


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
