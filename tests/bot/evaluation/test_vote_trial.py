"""The bundled trial of chat models, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.assembly import open_reader, thresholds_of
from bot.evaluation import vote_trial
from bot.evaluation.vote_trial import open_trial, trial_articles, trial_questions
from bot.llm.model_answerer import ModelLimits
from bot.llm.votes import VoteBook, VoteFigures
from bot.settings import Settings
from bot.state.database import open_state, state_url
from index.models.base import Embedder
from index.text.folding import fold_phrase
from tests.bot.llm.fakes import Scripted
from training.press import read_articles

ROOT = Path(__file__).resolve().parents[3]
FIGURES = VoteFigures(
    agrees_right=40, agrees_wrong=9, differs_right=5, differs_wrong=9, none_right=1, none_wrong=17,
    displaced_right=6, answerable=56, near_misses=25,
)  # fmt: skip


def test_the_articles_are_those_of_the_corpus_and_hold_the_answers() -> None:
    texts = {Path(article.path).name: article.text for article in read_articles(ROOT / "corpus")}
    articles, questions = trial_articles(), trial_questions()
    assert all(article.text == texts[article.path] for article in articles)
    whole = fold_phrase("\n".join(article.text for article in articles))
    assert all(fold_phrase(question.answer) in whole for question in questions)
    near_misses = sum(not question.answer for question in questions)
    assert (len(questions), near_misses) == (81, 25)


async def test_votes_are_counted_beside_the_reader(
    bundled: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions, articles = [*trial_questions()[1:4], trial_questions()[5]], trial_articles()[:3]
    monkeypatch.setattr(vote_trial, "trial_questions", lambda: questions)
    monkeypatch.setattr(vote_trial, "trial_articles", lambda: articles)
    settings = Settings(_env_file=None)
    with open_trial(bundled, open_reader(settings), thresholds_of(settings)) as trial:
        nothing = await trial.run(Scripted("aucune"), ModelLimits())
        everything = await trial.run(Scripted("1"), ModelLimits())
    assert (nothing.answerable, nothing.near_misses, nothing.refused) == (3, 1, 1)
    assert (nothing.none_right + nothing.none_wrong, nothing.right) == (4, 0)
    assert nothing.reader_right == everything.reader_right >= 2
    assert (everything.refused, everything.none_right + everything.none_wrong) == (0, 0)


def test_a_vote_is_worth_what_it_tells_of_right_and_wrong() -> None:
    agrees, differs, none = (FIGURES.vote(agrees=agrees) for agrees in (True, False, None))
    assert agrees.odds == pytest.approx((41 / 49) / (10 / 38))
    assert (differs.odds or 0) < 1 < (agrees.odds or 0)
    assert (none.odds or 0) < (differs.odds or 0)
    assert differs.displaces
    guesses = VoteFigures(agrees_right=20, agrees_wrong=20, differs_right=10, differs_wrong=10)
    assert guesses.vote(agrees=True).odds == pytest.approx(1)
    assert not guesses.vote(agrees=False).displaces


def test_figures_are_kept_by_model_and_prompt(tmp_path: Path) -> None:
    state = open_state(state_url(None, tmp_path))
    book = VoteBook(lambda: state, "abc")
    assert book.find("openai:m") is None
    book.keep("openai:m", replace(FIGURES, right=1))
    book.keep("openai:m", FIGURES)
    assert book.find("openai:m") == FIGURES
    assert VoteBook(lambda: state, "other prompts").find("openai:m") is None
    book.keep("openai:n", replace(FIGURES, answerable=3))
    assert book.find("openai:n") is None
    state.close()
