"""The last word: a real small model on its real server, through the whole chain.

SmolLM2-135M writes nonsense about most French articles, which is the point. It is made to cite, by
JSON to a schema, so that there is something to check. What is shown is judged here by other means
than the checker's: by the words and figures of the passages cited.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from bot.answer import Answer, Citation
from bot.assembly import open_chain
from bot.model_choice import ChatMode
from bot.settings import Settings
from index.models.bundled.reader_input import format_day
from index.text.language import terms
from tests.llama.serve import MODEL

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = 2
CHOICES = 1
TOKENS = 48
OWN_WORDS = 0.34  # share of a shown sentence's words that may be the model's own
NUMBER = re.compile(r"(?<!\d)(?:\d{3,}|[2-9]\d|1[3-9])(?!\d)")  # smaller ones may be spelled out


@pytest.fixture(scope="module")
def data_dir(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    shutil.copytree(sample_index, folder, dirs_exist_ok=True)
    return folder


def answered(
    llama_url: str, folder: Path, mode: ChatMode, count: int, **options: object
) -> dict[str, Answer]:
    """Some questions with their answers."""
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


def test_the_model_was_asked_and_heard(answers: dict[str, Answer]) -> None:
    assert len(answers) == QUESTIONS
    failed = [question for question, answer in answers.items() if answer.fallback == "failed"]
    assert len(failed) <= QUESTIONS // 3, "the server hardly answered"
    assert any(answer.dropped or answer.model for answer in answers.values())


def test_everybody_gets_an_answer_from_the_articles(answers: dict[str, Answer]) -> None:
    for question, answer in answers.items():
        assert answer.outcome != "no" or answer.nearest, question
        for citation in answer.citations:
            assert citation.quote in citation.article.text
        if answer.model is None:
            quotes = [citation.quote for citation in answer.citations]
            assert all(statement.text in quotes for statement in answer.statements)
    assert sum(answer.outcome != "no" for answer in answers.values()) >= QUESTIONS - 1


def test_nothing_that_the_model_made_up_is_shown(answers: dict[str, Answer]) -> None:
    for question, answer in answers.items():
        if answer.model is None:
            continue
        cited = {citation.number: citation for citation in answer.citations}
        for statement in answer.statements:
            passages = " ".join(
                f"{cited[number].article.title} {_day(cited[number])} {cited[number].passage.text}"
                for number in statement.citations
            )
            told = set(terms(statement.text, answer.language))
            own = told - set(terms(passages, answer.language)) - set(terms(question, "fr"))
            assert statement.citations, question
            assert len(own) <= OWN_WORDS * len(told), f"{question}: {statement.text}"
            if cited[statement.citations[0]].article.language == answer.language:
                numbers = set(NUMBER.findall(statement.text)) - set(NUMBER.findall(question))
                assert numbers <= set(NUMBER.findall(passages)), statement.text


def _day(citation: Citation) -> str:
    """The day of its article, which passages are given to the model with."""
    published = citation.article.published
    return format_day(published) if published else ""
