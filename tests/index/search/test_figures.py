from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from index.models.bundled.embedder import BundledEmbedder
from index.search.figures import expect_figure
from index.search.scoring import quotable_scores


@pytest.mark.parametrize(
    ("question", "is_figure"),
    [
        ("À combien s’élève l’amende du maire ?", True),
        ("En quelle année le phare a-t-il été allumé ?", True),
        ("How old was the driver?", True),
        ("Qui a dessiné le phare ?", False),
        ("Pourquoi le maire a-t-il démissionné ?", False),
        ("Where does the driver live?", False),
    ],
)
def test_questions_that_ask_for_a_figure_are_known(
    bundled: BundledEmbedder, question: str, is_figure: bool
) -> None:
    assert (expect_figure(bundled.embed_question(question), bundled) > 0) is is_figure


def test_vectors_of_another_model_tell_nothing(bundled: BundledEmbedder) -> None:
    @dataclass
    class Other:
        id: str = "autre"

    vector = bundled.embed_question("Combien ?")
    assert expect_figure(vector, Other()) == 0.0  # type: ignore[arg-type]


def test_of_two_sentences_the_one_with_a_figure_comes_first_where_one_is_asked_for() -> None:
    scores, nothing = np.array([0.9, 0.88], np.float32), np.zeros(2, np.float32)
    for expected, best in ((0.9, 1), (0.0, 0), (-0.9, 0)):
        assert quotable_scores(scores, nothing, [False, True], expected).argmax() == best
