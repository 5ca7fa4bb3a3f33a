"""The press benchmark: its questions are sound, and bench/press.py judges rightly what is shown."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.bot.answers import answered, article, citation

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "bench" / "press"
ARTICLES = Path(os.environ.get("SELON_BENCH_EVAL") or ROOT.parent / "shared" / "eval") / "press"


def _bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_press", ROOT / "bench" / "press.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look their annotations up
    spec.loader.exec_module(module)
    return module


press = _bench()
QUESTIONS = press.read_press_questions(FOLDER / "questions.jsonl")


def listed() -> dict[str, dict[str, str]]:
    with (FOLDER / "articles.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["file"]: row for row in rows}


def test_a_question_has_answers_or_a_note_that_says_why_not() -> None:
    for each in QUESTIONS:
        assert bool(each.answers) == (each.kind in press.ANSWERABLE), each.id
        assert bool(each.answers) != bool(each.note), each.id
        assert bool(each.articles) == (each.kind != "off_subject"), each.id


def test_no_question_gives_its_answer_away() -> None:
    for each in QUESTIONS:
        assert not any(press.holds_tokens(each.question, answer) for answer in each.answers), each


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the press articles are not here")
def test_every_answer_stands_in_an_article_of_its_question() -> None:
    texts = {}
    for name, row in listed().items():
        content = (ARTICLES / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"], name
        texts[name] = content.decode("utf-8")
    for each in QUESTIONS:
        for answer in each.answers:
            assert any(answer in texts[name] for name in each.articles), (each.id, answer)


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
