"""The press benchmark: its questions are sound, and bench/press.py judges rightly what is shown."""

from __future__ import annotations

import csv
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench import press
from tests.bot.answers import answered, article, citation

ARTICLES = Path(os.environ.get("SELON_BENCH_EVAL") or press.EVALUATION) / "press"
QUESTIONS = press.read_press_questions(press.QUESTIONS)


def listed() -> dict[str, dict[str, str]]:
    with press.QUESTIONS.with_name("articles.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row for row in rows}


def test_a_question_has_answers_or_a_note_that_says_why_not() -> None:
    for question in QUESTIONS:
        assert bool(question.answers) == (question.kind in press.ANSWERABLE), question.id
        assert bool(question.answers) != bool(question.note), question.id
        assert bool(question.articles) == (question.kind != "off_subject"), question.id


def test_no_question_gives_its_answer_away() -> None:
    for question in QUESTIONS:
        assert not any(
            press.holds_tokens(question.question, answer) for answer in question.answers
        ), question


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the press articles are not here")
def test_every_answer_stands_in_an_article_of_its_question() -> None:
    texts = {}
    for name, row in listed().items():
        content = (ARTICLES / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"], name
        texts[name] = content.decode("utf-8")
    for question in QUESTIONS:
        for answer in question.answers:
            assert any(answer in texts[name] for name in question.articles), (question.id, answer)


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("Le PIB a crû de 0,7 % au premier trimestre.", "0,7 %", True),
        ("Le PIB a crû de 10,7 % au premier trimestre.", "0,7 %", False),
        ("l' État (France) , à ÉVRY", "L’ETAT France, a Évry", True),
        ("16 000 joueurs", "16 joueurs", False),
    ],
)
def test_answers_are_compared_without_case_accents_and_spaces(
    text: str, answer: str, held: bool
) -> None:
    assert press.holds_tokens(text, answer) is held


def test_the_first_sentence_and_the_rest_are_told_apart() -> None:
    source = article("Il pleut à Brest. Il neige à Lyon.")
    quotes = enumerate(("Il pleut à Brest.", "Il neige à Lyon."), 1)
    shown = answered(*(citation(quote, source, number) for number, quote in quotes))
    asked = press.PressQuestion("fact-01", "fact", "?", ("modeles.md",), ("x",), "tune", "")
    for answer, found in (("Brest", (True, True)), ("Lyon", (False, True)), ("x", (False, False))):
        judged = press.judge(replace(asked, answers=(answer,)), shown, 1.0)
        assert (judged.first, judged.anywhere) == found
