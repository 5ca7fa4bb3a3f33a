"""Counting what an embedder reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.evaluation.run import TokenMeter, unit_of
from tests.fakes import FakeEmbedder


class Counting(FakeEmbedder):
    def count_tokens(self, texts: Sequence[str]) -> int:
        return sum(map(len, texts))


def test_words_are_counted_where_the_model_counts_no_tokens() -> None:
    meter = TokenMeter(FakeEmbedder())
    meter.embed_passages(["un phare", "un"])
    meter.embed_passages(["trois mots encore"])
    assert (meter.tokens, unit_of(FakeEmbedder())) == (6, "words")


def test_tokens_are_the_models_own() -> None:
    meter = TokenMeter(Counting())
    meter.embed_passages(["abc", "d"])
    assert (meter.tokens, unit_of(Counting())) == (4, "tokens")


def test_vectors_pass_through() -> None:
    plain, meter = FakeEmbedder(), TokenMeter(FakeEmbedder())
    assert (meter.id, meter.dimension) == (plain.id, plain.dimension)
    assert np.array_equal(meter.embed_passages(["un phare"]), plain.embed_passages(["un phare"]))
    assert np.array_equal(meter.embed_question("phare"), plain.embed_question("phare"))
    assert meter.tokens == 2
