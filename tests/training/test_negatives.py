from __future__ import annotations

import pytest

pytest.importorskip("sklearn", reason="needs the extra: pip install -e '.[models,training]'")

from training.negatives import answers, nearest
from training.sources import TrainingQuestion


def test_rare_words_and_short_texts_rank_a_passage_first() -> None:
    texts = ["le maire a parlé", "le maire a élu le préfet", "le chat", "le maire", "le préfet"]
    found = nearest(texts, ["un PREFET", "un maire"], 2)
    assert found.tolist() == [[4, 1], [3, 0]]


def test_an_answer_is_found_in_any_case_and_as_whole_words_only() -> None:
    question = TrainingQuestion("", "fr", "", "Émile dort", "qui ?", (("Émile", 0),))
    assert answers(question, "selon ÉMILE, oui")
    assert not answers(question, "les Émiliens")
