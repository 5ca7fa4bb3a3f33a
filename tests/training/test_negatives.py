from __future__ import annotations

from types import ModuleType

import pytest

from training.sources import TrainingQuestion


@pytest.fixture(scope="module")
def negatives() -> ModuleType:
    """Loaded where it is used: each worker would load scikit-learn to list the tests."""
    pytest.importorskip("sklearn", reason="needs the extra: pip install -e '.[models,training]'")
    import training.negatives as module

    return module


def test_rare_words_and_short_texts_rank_a_passage_first(negatives: ModuleType) -> None:
    texts = ["le maire a parlé", "le maire a élu le préfet", "le chat", "le maire", "le préfet"]
    found = negatives.nearest(texts, ["un PREFET", "un maire"], 2)
    assert found.tolist() == [[4, 1], [3, 0]]


def test_an_answer_is_found_in_any_case_and_as_whole_words_only(negatives: ModuleType) -> None:
    question = TrainingQuestion("", "fr", "", "Émile dort", "qui ?", (("Émile", 0),))
    assert negatives.answers(question, "selon ÉMILE, oui")
    assert not negatives.answers(question, "les Émiliens")
