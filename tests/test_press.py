"""The press benchmark: its questions are sound, and bench/press.py judges rightly what is shown."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from bot.answer import Answer, Citation, Statement
from index.article import Article, Passage

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


def test_both_halves_have_every_kind() -> None:
    for half in press.HALVES:
        counted = Counter(each.kind for each in QUESTIONS if each.half == half)
        assert set(counted) == {*press.ANSWERABLE, *press.UNANSWERABLE}
        assert min(counted.values()) >= 5


def test_no_question_stands_twice() -> None:
    assert len({each.id for each in QUESTIONS}) == len(QUESTIONS)
    assert len({each.question for each in QUESTIONS}) == len(QUESTIONS)


def test_a_question_has_answers_or_a_note_that_says_why_not() -> None:
    for each in QUESTIONS:
        assert bool(each.answers) == (each.kind in press.ANSWERABLE), each.id
        assert bool(each.answers) != bool(each.note), each.id
        assert bool(each.articles) == (each.kind != "off_subject"), each.id


def test_no_question_gives_its_answer_away() -> None:
    for each in QUESTIONS:
        assert not any(press.holds_tokens(each.question, answer) for answer in each.answers), each


def test_questions_are_about_articles_that_are_listed() -> None:
    assert {name for each in QUESTIONS for name in each.articles} <= set(listed())


def test_no_article_is_of_2012() -> None:
    assert {row["published"][:4] for row in listed().values()} == {"2016", "2017", "2018"}


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


def test_an_interval_is_wilson_s() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 and 0 of 20.
    for successes, total, low, high in ((81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611)):
        interval = press.wilson_interval(successes, total)
        assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def answered(*sentences: str, path: str = "a.md") -> Answer:
    text = " ".join(sentences)
    article = Article(id="a", text=text, title="", path=path, language="fr")
    passage = Passage(0, len(text), text, "", ())
    citations = tuple(
        Citation(number, each, text.index(each), text.index(each) + len(each), passage, article)
        for number, each in enumerate(sentences, 1)
    )
    statements = tuple(Statement(each.quote, (each.number,)) for each in citations)
    return Answer("?", "fr", 0.5, statements, citations, (), 1.0)


def asked(*answers: str) -> object:
    return press.PressQuestion("fact-01", "fact", "?", ("a.md",), answers, "tune", "")


def test_the_first_sentence_and_the_rest_are_told_apart() -> None:
    shown = answered("Il pleut à Brest.", "Il neige à Lyon.")
    first, later, never = (press.judge(asked(each), shown, 1.0) for each in ("Brest", "Lyon", "x"))
    assert (first.first, first.anywhere) == (True, True)
    assert (later.first, later.anywhere) == (False, True)
    assert (never.first, never.anywhere) == (False, False)


def test_the_same_words_from_another_article_are_no_answer() -> None:
    assert (
        press.judge(asked("Brest"), answered("Il pleut à Brest.", path="b.md"), 1.0).first is False
    )


def test_what_is_only_nearest_is_perhaps_and_a_refusal_no() -> None:
    nearest = replace(answered("Il pleut."), doubtful=True)
    outcomes = [press.judge(asked("x"), each, 1.0).outcome for each in (nearest, answered())]
    assert outcomes == ["perhaps", "no"]
