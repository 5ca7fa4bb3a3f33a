"""The one place that decides whether an answer is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

import bot
from bot.answer import Outcome, Refusal
from bot.answering.refusal import (
    NEAREST,
    ModelVote,
    decide_by_articles,
    decide_by_evidence,
    decide_by_vote,
    least_sure,
    lower,
    refusal_of,
    remaining_outcome,
)
from index.article import Article, Period
from index.search.confidence import Thresholds
from tests.bot.answers import answered, citation, highlighted, refused
from tests.bot.answers import article as written
from tests.bot.llm.fakes import article, findings, hits

QUESTION = "Quand le pont a-t-il été construit ?"
BRIDGES = [article("Il date de 1901.", title=f"Le pont n° {n}") for n in range(5)]
HALF = Thresholds.at(0.5)
AUGUST = Period(date(2025, 8, 1), date(2025, 8, 31))


@pytest.mark.parametrize(
    ("confidence", "outcome"), [(0.29, "no"), (0.3, "perhaps"), (0.59, "perhaps"), (0.6, "sure")]
)
def test_evidence_answers_where_the_search_is_sure(confidence: float, outcome: Outcome) -> None:
    found = findings(QUESTION, *BRIDGES, confidence=confidence)
    decision = decide_by_evidence(found, Thresholds(0.3, 0.6))
    assert (decision.outcome, decision.may_answer) == (outcome, outcome != "no")
    assert len(decision.nearest) == (NEAREST if outcome == "no" else 0)


def test_articles_on_another_subject_are_not_offered() -> None:
    near, far = hits(BRIDGES[0]), hits(BRIDGES[1], best=0.86)
    found = replace(findings(QUESTION, confidence=0.1), hits=(*near, *far))
    assert decide_by_evidence(found, HALF).nearest == (BRIDGES[0],)
    assert decide_by_articles((), far).nearest == ()


@pytest.mark.parametrize(
    ("evidence", "agrees", "outcome"),
    [
        ("sure", True, "sure"),
        ("perhaps", True, "perhaps"),
        ("no", True, "no"),
        ("sure", False, "perhaps"),
        ("perhaps", False, "perhaps"),
        ("no", False, "no"),
        ("sure", None, "perhaps"),
        ("perhaps", None, "no"),
        ("no", None, "no"),
    ],
)
def test_a_vote_without_proof_only_lowers(
    evidence: Outcome, agrees: bool | None, outcome: Outcome
) -> None:
    decision = decide_by_vote(findings(QUESTION, *BRIDGES), evidence, ModelVote(agrees), HALF)
    assert decision.outcome == outcome
    assert len(decision.nearest) == (NEAREST if outcome == "no" else 0)


@pytest.mark.parametrize(("odds", "outcome"), [(2.0, "perhaps"), (100.0, "sure")])
def test_a_vote_with_proof_weighs_what_it_was_worth(odds: float, outcome: Outcome) -> None:
    found = findings(QUESTION, *BRIDGES, confidence=0.5)
    assert decide_by_vote(found, "perhaps", ModelVote(True, odds), HALF).outcome == outcome


def test_no_agreement_makes_another_year_sure() -> None:
    asked = "Combien de piétons passaient le pont en 1905 ?"
    told = findings(asked, article("En 1901, 500 piétons y passaient par jour."))
    assert decide_by_vote(told, "perhaps", ModelVote(True, 1000.0), HALF).outcome == "perhaps"


@pytest.mark.parametrize(("period", "why"), [(None, "unsaid"), (AUGUST, "period")])
def test_of_nothing_found_the_time_asked_for_is_why(period: Period | None, why: Refusal) -> None:
    nothing = replace(findings(QUESTION), period=period)
    assert decide_by_evidence(nothing, Thresholds.at(0.0)).refusal == why
    assert decide_by_articles((), period=period).refusal == why
    assert decide_by_articles((), hits(*BRIDGES), period).refusal == "unsaid"


@pytest.mark.parametrize(
    ("chosen", "is_about_one", "why"),
    [(BRIDGES[:1], True, None), (BRIDGES, True, "unclear"), (BRIDGES, False, None)],
)
def test_one_article_is_meant_or_it_is_unclear_which(
    chosen: list[Article], is_about_one: bool, why: Refusal | None
) -> None:
    decision = decide_by_articles(chosen, is_about_one=is_about_one)
    assert decision.refusal == why
    assert decision.nearest == (tuple(chosen[:NEAREST]) if why else ())


@pytest.mark.parametrize(("is_near", "outcome"), [(False, "sure"), (True, "perhaps")])
def test_articles_that_are_merely_near_are_never_sure(is_near: bool, outcome: Outcome) -> None:
    assert decide_by_articles(BRIDGES, is_near=is_near).outcome == outcome


def test_an_answer_only_becomes_less_sure() -> None:
    quote = citation("Une carte suffit.", written())
    perhaps = lower(highlighted(answered(quote), "carte"))
    assert perhaps.outcome == "perhaps"
    assert [statement.highlight for statement in perhaps.statements] == [None]
    assert lower(perhaps) == perhaps
    assert lower(refused()) == refused()
    assert least_sure(["sure", "perhaps"]) == least_sure(["perhaps", "sure"]) == "perhaps"
    assert least_sure(["sure", "sure"]) == "sure"
    assert remaining_outcome("perhaps", perhaps.statements) == "perhaps"
    assert remaining_outcome("sure", ()) == "no"


def test_nobody_else_decides_on_an_outcome() -> None:
    root = Path(bot.__file__).parent
    assert [
        f"{path.relative_to(root)}:{line}"
        for path in sorted(root.rglob("*.py"))
        if path.name != "refusal.py"
        for line in _decisions(path.read_text(encoding="utf-8"))
    ] == []


def _decisions(source: str) -> Iterator[int]:
    """Lines that build a `Decision`, or give an answer an outcome by name, but for numbers to
    call."""
    outcomes = {*get_args(Outcome)} - {"help"}
    if "Decision(" not in source and not any(f'"{outcome}"' in source for outcome in outcomes):
        return
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        words = {
            word.value
            for value in (*call.args[2:3], *(keyword.value for keyword in call.keywords))
            for word in ast.walk(value)
            if isinstance(word, ast.Constant)
        }
        if name == "Decision" or (name in ("Answer", "replace") and words & outcomes):
            yield call.lineno


def test_a_refusal_is_an_answer_without_statements() -> None:
    decision = decide_by_evidence(findings(QUESTION, *BRIDGES, confidence=0.2), HALF)
    answer = refusal_of(QUESTION, decision, confidence=0.2, period=AUGUST)
    assert (answer.is_sure, answer.refusal, answer.language) == (False, "unsaid", "fr")
    assert (answer.nearest, answer.period) == (tuple(BRIDGES[:NEAREST]), AUGUST)
