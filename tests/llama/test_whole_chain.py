"""The last word: a real small model on its real server, through the whole chain.

SmolLM2-135M understands little of most articles, which is the point.
"""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from bot.assembly import open_chain, open_reader, thresholds_of
from bot.evaluation import vote_trial
from bot.evaluation.vote_trial import open_trial, trial_questions
from bot.llm.factory import open_database, open_models
from bot.llm.model_answerer import ModelLimits
from bot.settings import Settings
from index.models.base import Embedder
from tests.llama.serve import MODEL

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = 2
TOKENS = 48


@pytest.fixture(scope="module")
def data_dir(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chain")
    shutil.copytree(sample_index, folder, dirs_exist_ok=True)
    return folder


def settings_for(llama_url: str, data_dir: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=data_dir,
        chat_model=f"openai:{MODEL}",
        chat_base_url=llama_url,  # type: ignore[arg-type]
        chat_max_tokens=TOKENS,
        chat_structured="on",
        chat_timeout=120,
        chat_context=1024,
    )


def test_a_model_is_heard_and_shows_none_of_its_words(llama_url: str, data_dir: Path) -> None:
    text = (ROOT / "tests" / "data" / "corpus_questions.jsonl").read_text(encoding="utf-8")
    # English takes the fewest tokens, and reading them is what takes long.
    every = map(json.loads, text.splitlines())
    rows = [row for row in every if row["answerable"] and row["language"] == "en"]
    with open_chain(settings_for(llama_url, data_dir)) as chain:
        questions = [row["question"] for row in rows[:: len(rows) // QUESTIONS][:QUESTIONS]]
        answers = [chain.invoke(question) for question in questions]
    assert any(answer.chosen_by == f"openai:{MODEL}" for answer in answers)
    for answer in answers:
        assert answer.fallback in (None, "failed", "unknown")
        assert answer.outcome != "no" or answer.nearest
        assert answer.verbatim
        for citation in answer.citations:
            assert citation.quote in citation.article.text


async def test_its_vote_is_measured_beside_the_reader(
    llama_url: str, data_dir: Path, bundled: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [
        next(q for q in trial_questions() if bool(q.answer) is known) for known in (True, False)
    ]
    monkeypatch.setattr(vote_trial, "trial_questions", lambda: questions)
    settings = settings_for(llama_url, data_dir)
    with (
        closing(open_database(settings)) as state,
        closing(open_models(settings, state)[0]) as model,
        open_trial(bundled, open_reader(settings), thresholds_of(settings)) as trial,
    ):
        figures = await trial.run(model, ModelLimits(512, TOKENS))
    assert (figures.answerable, figures.near_misses) == (1, 1)
    assert figures.reader_right == 1
