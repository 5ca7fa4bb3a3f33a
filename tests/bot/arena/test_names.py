"""What people call a writer, and what the settings may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.arena.texts import ArenaPhrases
from bot.errors import SettingsError
from bot.llm.prompt import check_prompts, template
from bot.model_choice import parse_writers
from index.errors import RefusedValue


def test_writers_are_models_quotes_readers_and_prompts() -> None:
    names = (
        *("extractive", "ollama:qwen3:4b", "mistralai:small@prompts=/etc/brefs"),
        *("extractive@reader=none", "openai:m@reader=/models/r@prompts=x"),
    )
    writers = parse_writers(",".join(names))
    assert tuple(each.name for each in writers) == names
    assert parse_writers("extractive, mistral:small ")[1].name == "mistralai:small"
    assert parse_writers("") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("extractive", "writer-alone"),
        ("extractive,extractive", "writer-twice"),
        ("extractive,qwen3", "choice-unclear"),
        ("openai:m,extractive@prompts=x", "writer-prompts"),
        ("openai:m,openai:n@mode=choose", "writer-mode"),
        ("openai:m,extractive@mode=write", "writer-mode"),
    ],
)
def test_what_cannot_be_compared_is_refused(text: str, code: str) -> None:
    with pytest.raises(RefusedValue, match=code):
        parse_writers(text)


def test_a_writer_is_called_by_what_people_know_of_it() -> None:
    phrases = ArenaPhrases.of("fr")
    assert phrases.writer("extractive") == "Phrases des articles"
    told = phrases.writer("ollama:qwen3:4b@reader=none@prompts=/etc/brefs")
    assert told == "ollama:qwen3:4b, lecture «\u00a0none\u00a0», consignes «\u00a0brefs\u00a0»"
    assert phrases.writer("quelque chose") == "quelque chose"


def test_prompts_of_ones_own_stand_in_for_those_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "choose.fr.txt").write_text(
        "[system]\nSois bref.\n\n[user]\n{passages}\n\n{question}\n", encoding="utf-8"
    )
    check_prompts(tmp_path)
    assert template("choose", "fr", tmp_path).system.text == "Sois bref."
    assert template("choose", "en", tmp_path) == template("choose", "en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "prompts-missing"),
        ("Sois bref.", "prompt-malformed"),
        ("[user]\nx\n", "prompt-malformed"),
        ("[system]\nx\n\n[user]\ny\n\n[user]\nz\n", "prompt-malformed"),
    ],
)
def test_prompts_that_are_none_are_refused(tmp_path: Path, text: str | None, code: str) -> None:
    if text:
        (tmp_path / "choose.fr.txt").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=code):
        check_prompts(tmp_path)
