from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from index.store.files.faiss_vectors import FaissWriter
from index.store.files.opening import verify
from index.store.reader import CandidateQuery
from index.text.language import keyed_terms
from tests.fakes import FakeEmbedder
from tests.index.samples import article, files_in_service, full, index, opened


def test_sentences_lead_to_their_passage_and_back(built: Path) -> None:
    with opened(built) as generation:
        first = 0
        for each in generation.passages_by_key(range(generation.facts.passages)):
            count = len(each.passage.sentences)
            rows = np.arange(first, first + count)
            assert generation.passages_of_sentences(rows).tolist() == [each.key] * count
            starts, counts = generation.sentence_rows(np.array([each.key]))
            assert (starts.tolist(), counts.tolist()) == ([first], [count])
            first += count
        assert first == generation.facts.sentences


def test_words_lead_to_passages_and_to_sentences(built: Path) -> None:
    with opened(built) as generation:
        grain = generation.passage_words.match(keyed_terms("le grain broyé", "fr"))
        wheel = generation.sentence_words.match(keyed_terms("la roue", "fr"))
        passage, sentence = int(grain.scores.argmax()), int(wheel.scores.argmax())
        [stored] = generation.passages_by_key([passage])
        assert "broie du grain" in stored.passage.text
        first, _ = generation.sentence_rows(np.array([passage]))
        found = stored.passage.sentences[sentence - int(first[0])]
        assert found.text.startswith("Sa roue")


def test_the_manifest_says_what_was_built(built: Path) -> None:
    manifest = verify(built)
    assert (manifest.articles, manifest.languages) == (4, {"fr": 3, "en": 1})
    assert list(manifest.languages) == ["fr", "en"]
    assert (manifest.model, manifest.dimension) == ("fake-64", 64)
    assert manifest.built_at.utcoffset() is not None
    assert set(manifest.files) == set(files_in_service(built)) - {"manifest.json"}


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


def test_a_list_tells_who_published_an_article_and_when_it_was_updated(tmp_path: Path) -> None:
    told = replace(full(), outlet="La Gazette", category="Culture", updated=date(2024, 3, 1))
    index([told], tmp_path)
    with opened(tmp_path) as generation:
        [entry] = generation.articles()
        assert generation.article(told.id) == told
    assert (entry.outlet, entry.category, entry.updated) == (
        "La Gazette",
        "Culture",
        date(2024, 3, 1),
    )
    assert entry.copy_of is None
