"""The last word: a real small model on its real server, through the whole chain.

SmolLM2-135M understands little of most articles, which is the point.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.assembly import open_chain
from bot.settings import Settings
from tests.llama.serve import MODEL

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = 2
TOKENS = 48


@pytest.fixture(scope="module")
def data_dir(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    shutil.copytree(sample_index, folder, dirs_exist_ok=True)
    return folder


def test_a_model_is_heard_and_shows_none_of_its_words(llama_url: str, data_dir: Path) -> None:
    text = (ROOT / "tests" / "data" / "corpus_questions.jsonl").read_text(encoding="utf-8")
    # English takes the fewest tokens, and reading them is what takes long.
    every = map(json.loads, text.splitlines())
    rows = [row for row in every if row["answerable"] and row["language"] == "en"]
    settings = Settings(
        _env_file=None,
        data_dir=data_dir,
        chat_model=f"openai:{MODEL}",
        chat_base_url=llama_url,  # type: ignore[arg-type]
        chat_max_tokens=TOKENS,
        chat_structured="on",
        chat_timeout=120,
        chat_first_token=120,
        chat_context=1024,
    )
    with open_chain(settings) as chain:
        questions = [row["question"] for row in rows[:: len(rows) // QUESTIONS][:QUESTIONS]]
        answers = [chain.invoke(question) for question in questions]
    assert any(answer.chosen_by == f"openai:{MODEL}" for answer in answers)
    for answer in answers:
        assert answer.fallback in (None, "failed", "unknown")
        assert answer.outcome != "no" or answer.nearest
        assert answer.verbatim
        for citation in answer.citations:
            assert citation.quote in citation.article.text
