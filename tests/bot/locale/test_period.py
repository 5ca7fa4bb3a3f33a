"""What people and programs see of the time that a question is held to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.answer import Answer
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import answer_html
from bot.terminal.render import answer_text
from index.article import Period
from tests.bot.answers import answered, article, citation, refused

EN, FR = Phrases.of("en"), Phrases.of("fr")
AUGUST, IN_AUGUST = Period(date(2025, 8, 1), date(2025, 8, 31)), "du 1er au 31 août 2025"
UNCLEAR = "De quel article parlez-vous\u202f? Précisez son sujet, s’il vous plaît."
QUOTE = "Le second modèle a demandé 15 000 puces."


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        ("2025-08-01", "2025-08-31", "du 1er au 31 août 2025", "from 1 to 31 August 2025"),
        (
            *("2025-08-30", "2025-09-05"),
            *("du 30 août au 5 septembre 2025", "from 30 August to 5 September 2025"),
        ),
        (
            *("2025-12-29", "2026-01-04"),
            *("du 29 décembre 2025 au 4 janvier 2026", "from 29 December 2025 to 4 January 2026"),
        ),
        ("2025-03-01", "2025-03-01", "du 1er mars 2025", "of 1 March 2025"),
    ],
)
def test_a_period_is_said_but_once(first: str, last: str, french: str, english: str) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert FR.according_to(period) == f"Selon les articles {french}\u00a0:"
    assert FR.no_article_in(period) == f"Aucun article {french}."
    assert EN.according_to(period) == f"According to the articles {english}:"


def shown(answer: Answer) -> list[str]:
    """Its first line in the terminal and on Telegram."""
    [html] = answer_html(answer, FR)
    return [answer_text(answer, FR).plain.split("\n")[0], html.split("\n")[0]]


def test_an_answer_says_first_of_which_time_its_articles_are() -> None:
    answer = replace(answered(citation(QUOTE, article())), period=AUGUST)
    assert shown(answer) == ["Selon les articles du 1er au 31 août 2025\u00a0:"] * 2


@pytest.mark.parametrize(
    ("why", "line"),
    [
        ({"period": AUGUST}, f"Je ne sais pas\u00a0: les articles {IN_AUGUST} ne le disent pas."),
        ({"period": AUGUST, "refusal": "period"}, f"Aucun article {IN_AUGUST}."),
        ({"refusal": "unclear"}, UNCLEAR),
        ({}, FR.not_in_articles),
    ],
)
def test_a_refusal_says_why(why: dict[str, Any], line: str) -> None:
    refusal = replace(refused(article()), **why)
    assert shown(refusal) == [line] * 2
    assert json.loads(answer_json(refusal))["answer"] == line
