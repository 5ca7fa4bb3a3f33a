"""What people call a writer, and what the settings may name."""

from __future__ import annotations

import pytest

from bot.arena.texts import ArenaPhrases
from bot.model_choice import parse_writers
from index.errors import RefusedValue


def test_writers_are_models_quotes_and_readers() -> None:
    names = (
        *("extractive", "ollama:qwen3:4b", "mistralai:small"),
        *("extractive@reader=none", "openai:m@reader=/models/r"),
    )
    writers = parse_writers(",".join(names))
    assert tuple(writer.name for writer in writers) == names
    assert parse_writers("extractive, mistral:small ")[1].name == "mistralai:small"
    assert parse_writers("") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("extractive", "writer-alone"),
        ("extractive,extractive", "writer-twice"),
        ("extractive,qwen3", "choice-unclear"),
        ("openai:m,extractive@prompts=x", "writer-mode"),
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
    told = phrases.writer("ollama:qwen3:4b@reader=none")
    assert told == "ollama:qwen3:4b, lecture «\u00a0none\u00a0»"
    assert phrases.writer("quelque chose") == "quelque chose"
