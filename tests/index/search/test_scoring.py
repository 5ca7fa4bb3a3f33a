from __future__ import annotations

import numpy as np
import pytest

from index.search.scoring import passage_scores, sentence_scores, spoken_of

Row = np.ndarray


def row(*values: float) -> Row:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("cosines", "sentences", "words", "openings"),
    [
        (row(0.8, 0.8), row(0.8, 0.9), row(0, 0), [False, False]),  # the better sentence
        (row(0.8, 0.8), row(0.8, 0.8), row(0, 0), [False, True]),  # the opening of its article
        (row(0.8, 0.8), row(0.8, 0.8), row(0, 1), [False, False]),  # the question's words
        (row(0.8, 0.95), row(0.8, 0.95), row(1, 0), [False, False]),  # a clear cosine without them
    ],
    ids=["sentence", "opening", "words", "cosine"],
)
def test_of_two_passages_the_second_comes_first(
    cosines: Row, sentences: Row, words: Row, openings: list[bool]
) -> None:
    first, second = passage_scores(cosines, sentences, words, np.array(openings))
    assert second > first


def test_words_count_and_a_name_for_the_sentences_after_it_too() -> None:
    plain, worded = sentence_scores(row(0.8, 0.8), row(0, 0.5))
    assert worded > plain
    idf = {"mai-1": 3.0, "puces": 1.0}
    sentences = [{"puces"}, {"mai-1"}, {"puces"}, {"autre"}]
    shares = spoken_of(idf, {"mai-1"}, set(), sentences)
    assert shares == pytest.approx([0.25, 0.75, 1.0, 0.75])
    titled = spoken_of(idf, {"mai-1"}, {"mai-1", "puces"}, [{"autre"}])
    assert titled == pytest.approx([0.75])
