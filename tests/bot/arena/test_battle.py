"""What is compared: set alike, told apart by words alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.answer import Answer, Statement
from bot.arena.battle import (
    ArenaAnswer,
    NoBattle,
    compared_statements,
    faulty_battle,
    kind_of,
    marked,
    say_the_same,
)
from bot.arena.rating import StyleCounts
from index.article import Period
from index.findings import Findings
from tests.bot.messenger.samples import BIRTH, LENS, answered, cite, refused

QUESTION = "Qui a conçu la lentille ?"


def test_a_quote_stands_behind_the_sentence_it_leans_on() -> None:
    answer = answered(QUESTION, cite(1, LENS, lead=BIRTH))
    assert [each.text for each in compared_statements(answer)] == [f"{BIRTH} {LENS}"]
    (statement,) = compared_statements(replace(answer, statements=(Statement(LENS, (1,), (0, 2)),)))
    assert statement.parts[1] == "Il"


def test_what_a_model_wrote_is_shown_as_it_is() -> None:
    answer = replace(
        answered(QUESTION, cite(1, LENS, lead=BIRTH)),
        statements=(Statement("Fresnel,\nen 1822.", (1,)),),
        model="openai:m",
    )
    assert [marked(each) for each in compared_statements(answer)] == ["Fresnel, en 1822. [1]"]


def test_style_is_counted_as_it_is_shown() -> None:
    answer = replace(
        answered(QUESTION, cite(1, BIRTH), cite(2, LENS)),
        statements=(Statement("Augustin Fresnel l’a conçue.", (1, 2), (0, 16)),),
        model="openai:m",
    )
    side = ArenaAnswer("openai:m", answer, 1.0, None)
    assert side.style == StyleCounts(4, 2, 2)
    assert side.text("?") == "Augustin Fresnel l’a conçue. [1][2]"
    assert ArenaAnswer("x", refused(QUESTION), 1.0, 0).text("Je ne sais pas.") == "Je ne sais pas."


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (BIRTH, True),
        (BIRTH.upper().replace(".", ""), True),
        (f"{BIRTH[:-1]} !", True),
        (LENS, False),
    ],
)
def test_the_same_words_are_no_comparison(text: str, same: bool) -> None:
    one = answered(QUESTION, cite(1, BIRTH))
    other = replace(one, statements=(Statement(text, (1,)),), model="openai:m")
    assert say_the_same(one, other) is same


def _findings(question: str = QUESTION, period: Period | None = None) -> Findings:
    return Findings(question, "fr", (), 0.9, period=period)


def test_the_kind_of_a_question_is_what_the_chain_knows_of_it() -> None:
    answers: list[Answer] = [answered(QUESTION, cite(1, LENS))]
    assert kind_of(_findings(), answers) == "single"
    assert kind_of(_findings(period=Period(date(2025, 1, 1), date(2025, 1, 2))), answers) == "dated"
    assert kind_of(_findings("Compare Hubble et Webb"), answers) == "several"
    doubtful = [replace(answers[0], doubtful=True)]
    assert kind_of(_findings(), doubtful) == "doubtful"


def test_a_writer_that_knows_no_answer_is_not_blamed_for_it() -> None:
    fought = NoBattle("fault", "fr", faults={"one": "unknown"})
    assert faulty_battle(fought, ("one", "other"), "chat") is None
