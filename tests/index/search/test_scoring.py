from __future__ import annotations

import numpy as np

from index.search.scoring import passage_scores, sentence_scores

INSIDE = np.array([False, False, False])


def row(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_of_two_equal_passages_the_one_with_the_better_sentence_comes_first() -> None:
    first, second = passage_scores(row(0.8, 0.8), row(0.8, 0.9), row(0, 0), INSIDE[:2])
    assert second > first


def test_of_two_equal_passages_the_opening_of_its_article_comes_first() -> None:
    inside, opening = passage_scores(
        row(0.8, 0.8), row(0.8, 0.8), row(0, 0), np.array([False, True])
    )
    assert opening > inside


def test_words_decide_between_equal_cosines_and_do_not_outweigh_a_clear_one() -> None:
    plain, worded, closer = passage_scores(
        row(0.80, 0.80, 0.95), row(0.80, 0.80, 0.95), row(0, 1, 0), INSIDE
    )
    assert plain < worded < closer


def test_a_sentence_with_the_questions_words_beats_one_without() -> None:
    plain, worded = sentence_scores(row(0.8, 0.8), row(0, 0.5))
    assert worded > plain
