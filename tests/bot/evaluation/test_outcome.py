"""Judging one answer."""

from __future__ import annotations

from dataclasses import replace

from bot.evaluation.outcome import holds, judge_answer, shown_text
from index.article import Sentence
from tests.bot.evaluation.made import (
    TEXT,
    an_outcome,
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


def test_the_same_words_in_another_article_or_place_do_not_count() -> None:
    twin = article(f"{TEXT} ", "Jumeau")
    asked = question("1849", PHARE, start=WHERE)
    assert not holds(asked, twin, passage(twin))
    assert not holds(asked, PHARE, passage(PHARE, FIRST))


def test_without_a_place_the_words_are_compared() -> None:
    assert holds(question("EN 1849", PHARE), PHARE, passage(PHARE))
    assert not holds(question("en 1850", PHARE), PHARE, passage(PHARE))
    assert holds(question("en 1849"), PHARE, passage(PHARE))


def test_without_an_answer_the_article_is_enough() -> None:
    assert holds(question(None, PHARE), PHARE, passage(PHARE, FIRST))
    assert not holds(question(None, article("Autre.")), PHARE, passage(PHARE))


def test_the_rank_is_that_of_the_first_passage_that_holds_it() -> None:
    other = article("Un canal ouvrit en 1849.")
    found = findings(
        (other, passage(other)), (PHARE, passage(PHARE, FIRST)), (PHARE, passage(PHARE))
    )
    asked = question("1849", PHARE, start=WHERE)
    assert judge_answer(asked, found, quoting(PHARE), 1.0).rank == 3
    assert judge_answer(asked, findings((other, passage(other))), quoting(PHARE), 1.0).rank is None


def test_what_is_shown_has_each_lead_once_and_no_marker() -> None:
    lead = Sentence(0, FIRST, TEXT[:FIRST])
    answer = quoting(PHARE, "Il veille sur le port du Conquet.", "Sa lampe porte", lead=lead)
    assert shown_text(answer) == (
        "Le phare de Kermorvan fut allumé en 1849. Il veille sur le port du Conquet. Sa lampe porte"
    )


def test_an_answer_shown_in_a_lead_is_right() -> None:
    lead = Sentence(0, FIRST, TEXT[:FIRST])
    answer = quoting(PHARE, "Il veille sur le port du Conquet.", lead=lead)
    assert judge_answer(question("1849", PHARE, start=WHERE), findings(), answer, 1.0).right


def test_an_answer_inside_a_word_is_right_only_at_its_place() -> None:
    where = TEXT.index("phare")
    answer = quoting(PHARE, "Le phare de Kermorvan")
    assert judge_answer(question("phar", PHARE, start=where), findings(), answer, 1.0).right
    assert not judge_answer(question("phar", PHARE), findings(), answer, 1.0).right


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


def test_a_question_without_answer_is_at_fault_when_answered() -> None:
    assert unanswerable().fault is None
    assert unanswerable(outcome="sure").fault == "wrongly answered"
    assert unanswerable(outcome="perhaps").fault is None


def test_where_no_answer_is_known_an_answer_is_not_blamed() -> None:
    assert an_outcome(question=question(None, PHARE), right=False).fault is None


def test_the_highlight_is_cut_from_its_statement() -> None:
    answer = quoting(PHARE, "Le phare de Kermorvan fut allumé en 1849.")
    asked = question("1849", PHARE, start=WHERE)
    assert judge_answer(asked, findings(), answer, 1.0).highlight is None
    statements = (replace(answer.statements[0], highlight=(36, 40)),)
    marked = replace(answer, statements=statements)
    assert judge_answer(asked, findings(), marked, 1.0).highlight == "1849"
