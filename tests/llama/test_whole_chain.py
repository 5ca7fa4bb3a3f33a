"""The last word: a real small model on its real server, through the whole chain.

SmolLM2-135M writes nonsense about most French articles, which is the point. It is made to cite, by
JSON to a schema, so that there is something to check.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.assembly import open_chain
from bot.model_choice import ChatMode
from bot.settings import Settings
from tests.llama.serve import MODEL

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = 2
CHOICES = 1
TOKENS = 48


@pytest.fixture(scope="module")
def data_dir(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    shutil.copytree(sample_index, folder, dirs_exist_ok=True)
    return folder


def answered(
    llama_url: str, folder: Path, mode: ChatMode, count: int, **options: object
) -> dict[str, Answer]:
    text = (ROOT / "tests" / "data" / "corpus_questions.jsonl").read_text(encoding="utf-8")
    # English takes the fewest tokens, and reading them is what takes long.
    every = map(json.loads, text.splitlines())
    rows = [row for row in every if row["answerable"] and row["language"] == "en"]
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        chat_model=f"openai:{MODEL}",
        chat_base_url=llama_url,  # type: ignore[arg-type]
        chat_mode=mode,
        chat_max_tokens=TOKENS,
        chat_structured="on",
        chat_timeout=120,
        chat_first_token=120,
        **options,  # type: ignore[arg-type]
    )
    with open_chain(settings) as chain:
        questions = [row["question"] for row in rows[:: len(rows) // count][:count]]
        return {question: chain.invoke(question) for question in questions}


@pytest.fixture(scope="module")
def answers(llama_url: str, data_dir: Path) -> dict[str, Answer]:
    return answered(llama_url, data_dir, "write", QUESTIONS, chat_context=1024)


def test_a_choosing_model_is_heard_and_shows_none_of_its_words(
    llama_url: str, data_dir: Path
) -> None:
    chosen = answered(llama_url, data_dir, "choose", CHOICES, chat_context=1024)
    assert any(answer.chosen_by == f"openai:{MODEL}" for answer in chosen.values())
    for answer in chosen.values():
        assert answer.fallback in (None, "failed", "unknown")
        assert answer.model is None
        assert answer.verbatim


def test_everybody_gets_an_answer_from_the_articles(answers: dict[str, Answer]) -> None:
    assert len(answers) == QUESTIONS
    assert any(answer.dropped or answer.model for answer in answers.values())
    assert all(answer.fallback != "failed" for answer in answers.values()), "the server is silent"
    for question, answer in answers.items():
        assert answer.outcome != "no" or answer.nearest, question
        for citation in answer.citations:
            assert citation.quote in citation.article.text
        if answer.model is None:
            quotes = [citation.quote for citation in answer.citations]
            assert all(statement.text in quotes for statement in answer.statements)
    assert sum(answer.outcome != "no" for answer in answers.values()) >= QUESTIONS - 1
