"""Judging one answer, and when two wordings are the same."""

from __future__ import annotations

import pytest

from bot.evaluation.outcome import (
    exact_match,
    f1,
    holds,
    holds_answer,
    judge_answer,
    shown_text,
    squad_normal,
)
from index.article import Sentence
from tests.bot.evaluation.made import (
    TEXT,
    article,
    findings,
    passage,
    question,
    quoting,
    unanswerable,
)

PHARE = article()
FIRST = TEXT.index(" Il veille")
WHERE = TEXT.index("1849")


def test_an_answer_lies_in_a_passage_only_as_a_whole() -> None:
    asked = question("1849", PHARE, start=WHERE)
    assert holds(asked, PHARE, passage(PHARE, 0, FIRST))
    assert holds(asked, PHARE, passage(PHARE, WHERE, WHERE + 4))
    assert not holds(asked, PHARE, passage(PHARE, 0, WHERE + 3))
    assert not holds(asked, PHARE, passage(PHARE, WHERE + 1))


def test_the_rank_is_that_of_the_first_passage_that_holds_it() -> None:
    other = article("Un canal ouvrit en 1849.")
    found = ((other, passage(other)), (PHARE, passage(PHARE, FIRST)), (PHARE, passage(PHARE)))
    asked = question("1849", PHARE, start=WHERE)
    for count, rank in ((3, 3), (1, None)):
        assert judge_answer(asked, findings(*found[:count]), quoting(PHARE), 1.0).rank == rank


def test_what_is_shown_has_each_lead_once_and_may_be_right_by_it() -> None:
    lead = Sentence(0, FIRST, TEXT[:FIRST])
    answer = quoting(PHARE, "Il veille sur le port du Conquet.", "Sa lampe porte", lead=lead)
    assert shown_text(answer) == (
        "Le phare de Kermorvan fut allumé en 1849. Il veille sur le port du Conquet. Sa lampe porte"
    )
    assert judge_answer(question("1849", PHARE, start=WHERE), findings(), answer, 1.0).right


def test_what_went_wrong_is_told_apart() -> None:
    asked = question("1849", PHARE, start=WHERE)
    other = article("Un canal ouvrit en 1842.")

    def fault(*quotes: str) -> str | None:
        return judge_answer(asked, findings(), quoting(PHARE, *quotes), 1.0).fault

    assert fault("Le phare de Kermorvan fut allumé en 1849.") is None
    assert fault("Sa lampe porte à vingt-deux milles.") == "wrong sentence"
    assert fault() == "wrongly refused"
    wrong = judge_answer(asked, findings(), quoting(other, "Un canal ouvrit en 1842."), 1.0)
    assert wrong.fault == "wrong passage"
    unknown = [unanswerable(), unanswerable(outcome="perhaps"), unanswerable(outcome="sure")]
    assert [outcome.fault for outcome in unknown] == [None, None, "wrongly answered"]


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("Il fut allumé en 1882, dit-on.", "En 1882", True),
        ("Il vient de L’ÎLE\u00a0d'Ouessant.", "l'île d’Ouessant", True),
        ("environ 15\u202f000 puces", "15 000 puces", True),
        ("(1882-1884)", "1882", True),
        ("en 1882", "88", False),
        ("un phare", "phares", False),
        ("un phare", "?", False),
    ],
)
def test_an_answer_is_held_by_words_in_any_case_and_marks(
    text: str, answer: str, held: bool
) -> None:
    assert holds_answer(text, answer) is held


@pytest.mark.parametrize(
    ("text", "language", "normal"),
    [
        ("Les  Phares, de la Manche !", "fr", "phares de manche"),
        ("L'Homme du canal", "fr", "homme canal"),
        ("l’eau d'une île", "fr", "eau dune île"),
        ("The lamp of a house.", "en", "lamp of house"),
        ("El faro de la isla", "es", "faro de isla"),
        ("la lampe", "en", "la lampe"),
        ("$ 12,5", "en", "125"),
    ],
)
def test_normalising_drops_case_marks_and_articles(text: str, language: str, normal: str) -> None:
    assert squad_normal(text, language) == normal


def test_exact_match_is_with_any_answer() -> None:
    assert exact_match("Le phare.", ["la digue", "phare"], "fr") == 1
    assert exact_match("Le grand phare", ["la digue", "phare"], "fr") == 0


def test_f1_is_the_best_overlap_in_words() -> None:
    # Two of three words shown are among the two wanted: precision 2/3, recall 1.
    assert f1("le grand phare blanc", ["grand phare"], "fr") == pytest.approx(0.8)
    assert f1("digue", ["phare", "digue nord"], "fr") == pytest.approx(2 / 3)
    assert f1("phare phare", ["phare"], "fr") == pytest.approx(2 / 3)
    assert f1("mer", ["phare"], "fr") == 0
    assert f1("mer", [], "fr") == 0
