"""`selon chat-model`: the chat models told, and tried over HTTP."""

from __future__ import annotations

import pytest

from bot.evaluation import vote_trial
from bot.main import run
from tests.bot.llm.server import Behaviour, keeps_silent, refuses, says, serving_apart
from tests.bot.terminal.conftest import Capture

ANSWER = "[2]"


@pytest.fixture(autouse=True)
def few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    questions, articles = vote_trial.trial_questions()[:2], vote_trial.trial_articles()[:2]
    monkeypatch.setattr(vote_trial, "trial_questions", lambda: questions)
    monkeypatch.setattr(vote_trial, "trial_articles", lambda: articles)


def use(monkeypatch: pytest.MonkeyPatch, url: str, model: str = "openai:scripted") -> None:
    for name, value in (("MODEL", model), ("BASE_URL", url), ("RETRIES", "0")):
        monkeypatch.setenv(f"SELON_CHAT_{name}", value)


def test_a_model_has_a_pace_and_a_cost(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("SELON_CHAT_PRICES", "2/10")
    with serving_apart(says(ANSWER, usage=(1500, 20))) as server:
        use(monkeypatch, server.url)
        assert run(["chat-model", "--check"]) == 0
        shown = capsys.readouterr().out
        assert f"openai:scripted ({server.url})" in shown
        assert "Réponse en " in shown
        assert run(["chat-model"]) == 0
        shown = capsys.readouterr().out
        assert "Aujourd’hui\u00a0: 2 appels, 3\u202f040 jetons, 0,0064." in shown
        assert "Son vote n’est pas mesuré" in shown  # two questions are too few


@pytest.mark.parametrize(
    ("behaviour", "seconds", "told"),
    [
        (refuses(401), "20", "la clé n’est pas acceptée"),
        (keeps_silent(), "0.5", "il n’a pas répondu à temps"),
    ],
)
def test_a_model_that_fails_is_told_with_what_to_do(
    behaviour: Behaviour, seconds: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("SELON_CHAT_TIMEOUT", seconds)
    with serving_apart(behaviour) as server:
        use(monkeypatch, server.url)
        assert run(["chat-model", "--check"]) == 1
    assert f"✗ {told}" in capsys.readouterr().out


def test_the_arena_s_models_are_tried(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("SELON_ARENA", "extractive,openai:one,openai:two")
    with serving_apart(says(ANSWER)) as server:
        use(monkeypatch, server.url, "openai:one")
        assert run(["chat-model"]) == 0
        names = [line.partition(" (")[0] for line in capsys.readouterr().out.splitlines()]
        assert [names.count(f"openai:{model}") for model in ("one", "two")] == [1, 1]
        assert run(["chat-model", "--check"]) == 0
    assert {body["model"] for body in server.bodies} == {"one", "two"}
