"""What people and programs see of the time that a question is held to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from bot.answer import Answer
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import answer_html
from bot.terminal.render import answer_text
from index.article import Period
from tests.bot.answers import answered, article, citation, refused

FR = Phrases.of("fr")

AUGUST = Period(date(2025, 8, 1), date(2025, 8, 31))
QUOTE = "Le second modèle a demandé 15 000 puces."


def shown(answer: Answer) -> list[str]:
    """Its first line in the terminal and on Telegram."""
    [html] = answer_html(answer, FR)
    return [answer_text(answer, FR).plain.split("\n")[0], html.split("\n")[0]]


def test_an_answer_says_first_of_which_time_its_articles_are() -> None:
    answer = replace(answered(citation(QUOTE, article())), period=AUGUST)
    assert shown(answer) == ["Selon les articles du 1er au 31 août 2025\u00a0:"] * 2


@pytest.mark.parametrize(
    ("refusal", "line"),
    [
        (
            replace(refused(article()), period=AUGUST),
            "Je ne sais pas\u00a0: les articles du 1er au 31 août 2025 ne le disent pas.",
        ),
        (
            replace(refused(), period=AUGUST, refusal="period"),
            "Aucun article du 1er au 31 août 2025.",
        ),
        (
            replace(refused(article()), refusal="unclear"),
            "De quel article parlez-vous\u202f? Précisez son sujet, s’il vous plaît.",
        ),
        (refused(), FR.not_in_articles),
    ],
)
def test_a_refusal_says_why(refusal: Answer, line: str) -> None:
    assert shown(refusal) == [line] * 2
    assert json.loads(answer_json(refusal, FR))["answer"] == line
