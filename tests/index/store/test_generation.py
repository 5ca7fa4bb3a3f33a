from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from index.store.files.faiss_vectors import FaissWriter
from index.store.reader import CandidateQuery
from index.text.language import keyed_terms
from tests.fakes import FakeEmbedder
from tests.index.samples import article, index, opened


def test_an_open_generation_answers_after_its_files_are_gone(data_dir: Path) -> None:
    with opened(data_dir) as generation:
        shutil.rmtree(data_dir)
        [stored] = generation.passages_by_key([0])
        written = generation.article(stored.article_id)
        assert written is not None
        assert stored.passage.text in written.text
        assert len(generation.passage_vectors.vectors(np.array([0]))) == 1


def test_vectors_that_are_searched_by_codes_nominate_as_when_all_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["phare", "pont", "moulin", "port", "canal", "gare", "halle", "forge", "tuile", "mur"]
    articles = [
        article(f"{one}-{two}", f"Le {one} fait face au {two}. On le voit de la place du {one}.")
        for one in words
        for two in words
    ]
    index(articles, tmp_path / "compared")
    monkeypatch.setattr("index.store.files.draft.FaissWriter", partial(FaissWriter, exact=10))
    index(articles, tmp_path / "coded")
    embedder = FakeEmbedder()
    with opened(tmp_path / "compared") as compared, opened(tmp_path / "coded") as coded:
        assert compared.sentence_vectors.exact
        assert not coded.sentence_vectors.exact
        for question in ("le pont face au canal", "la place du moulin", "rien de tout cela"):
            query = CandidateQuery(
                embedder.embed_question(question),
                dict.fromkeys(keyed_terms(question, "fr"), 1.0),
                dict.fromkeys(keyed_terms(question, "fr"), 1.0),
                passages=5,
                sentences=5,
            )
            near, exact = coded.candidates(query), compared.candidates(query)
            for name in ("cosines", "sentence_cosines", "bm25"):  # many are equally good
                best, expected = getattr(near, name).max(), getattr(exact, name).max()
                assert best == pytest.approx(expected, abs=1e-3), name
