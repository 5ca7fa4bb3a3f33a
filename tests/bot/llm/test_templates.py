"""The prompts as they stand in their files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.llm import prompt
from bot.llm.answer_parser import AnswerParser, ParsedSentence
from bot.llm.choice_parser import parse_choice
from bot.llm.draft import find_fault
from bot.llm.prompt import UNKNOWN_ANSWER, Purpose, prompt_version, template

BLANKS: dict[Purpose, set[str]] = {
    "answer": {"language", "unknown", "passages", "question"},
    "answer_json": {"language", "passages", "question"},
    "choose": {"passages", "question"},
    "choose_json": {"passages", "question"},
    "follow_up": {"conversation", "question"},
}


def read(text: str, language: str) -> list[ParsedSentence]:
    reader = AnswerParser(language, (1, 2, 3))
    return [*reader.feed(text), *reader.finish()]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("purpose", BLANKS)
def test_each_has_its_blanks_and_ends_with_the_question(purpose: Purpose, language: str) -> None:
    known = template(purpose, language)
    assert known.system.role == "system"
    assert [(ask.role, tell.role) for ask, tell in known.examples] == [("user", "assistant")] * len(
        known.examples
    )
    assert known.last.role == "user"
    assert known.last.text.endswith("{question}")
    turns = [turn.text for pair in known.examples for turn in pair]
    told = "\n".join((known.system.text, *turns, known.last.text))
    assert set(re.findall(r"\{(\w+)\}", told)) <= BLANKS[purpose]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_forms_show_the_same_answers_to_the_same_questions(language: str) -> None:
    marked, json_form = template("answer", language), template("answer_json", language)
    for (asked, told), (asked_too, told_too) in zip(
        marked.examples, json_form.examples, strict=True
    ):
        assert asked == asked_too
        json.loads(told_too.text)
        one = read(told.text.replace("{unknown}", UNKNOWN_ANSWER[language]), language)
        other = read(told_too.text, language)
        assert [each.kind for each in one] == [each.kind for each in other]
        claims = [(each.text, each.citations) for each in one if each.kind == "claim"]
        assert claims == [(each.text, each.citations) for each in other if each.kind == "claim"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_both_forms_choose_the_same_sentences(language: str) -> None:
    numbers, json_form = template("choose", language), template("choose_json", language)
    replies = [
        (parse_choice(one.text, [""] * 6), parse_choice(other.text, [""] * 6))
        for (_, one), (_, other) in zip(numbers.examples, json_form.examples, strict=True)
    ]
    assert replies == [((2,), (2,)), ((), ())]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("purpose", ["answer", "answer_json"])
def test_what_a_model_is_told_is_not_given_away(purpose: Purpose, language: str) -> None:
    for line in template(purpose, language).system.text.replace("{language}", "Greek").split("\n"):
        words = line.lstrip("- ").partition(":")[0]
        if len(words.split()) >= 8:
            assert find_fault(words, language) in {"prompt", "order"}, words


def test_the_version_changes_with_any_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt, "files", lambda folder: tmp_path)
    versions = set()
    for name, text in (("a.txt", "Réponds."), ("a.txt", "Réponds !"), ("b.txt", "Réponds.")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        versions.add(prompt_version.__wrapped__())
    assert len(versions) == 3
