"""What is compared: set alike, told apart by words alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answer import Statement
from bot.arena.battle import ArenaAnswer, are_identical, compared_statements
from tests.bot.messenger.samples import BIRTH, LENS, answered, cite, refused

QUESTION = "Qui a conçu la lentille ?"


def test_a_quote_stands_behind_the_sentence_it_leans_on() -> None:
    answer = answered(QUESTION, cite(1, LENS, lead=BIRTH))
    assert [statement.text for statement in compared_statements(answer)] == [f"{BIRTH} {LENS}"]
    (statement,) = compared_statements(replace(answer, statements=(Statement(LENS, (1,), (0, 2)),)))
    assert statement.parts[1] == "Il"


def test_a_text_names_its_citations() -> None:
    answer = replace(
        answered(QUESTION, cite(1, BIRTH), cite(2, LENS)),
        statements=(Statement("Augustin Fresnel l’a conçue.", (1, 2), (0, 16)),),
    )
    side = ArenaAnswer("openai:m", answer, 1.0, None)
    assert side.text("?") == "Augustin Fresnel l’a conçue. [1][2]"
    assert ArenaAnswer("x", refused(QUESTION), 1.0, 0).text("Je ne sais pas.") == "Je ne sais pas."


@pytest.mark.parametrize(
    ("text", "same"),
    [(BIRTH.upper().replace(".", ""), True), (f"{BIRTH[:-1]} !", True), (LENS, False)],
)
def test_the_same_words_are_no_comparison(text: str, same: bool) -> None:
    one = answered(QUESTION, cite(1, BIRTH))
    other = replace(one, statements=(Statement(text, (1,)),))
    assert are_identical(one, other) is same
