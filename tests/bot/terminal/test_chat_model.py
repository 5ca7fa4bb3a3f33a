"""`selon chat-model`: the chat models told, and tried over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.main import run
from tests.bot.llm.server import Behaviour, Scripted, keeps_silent, refuses, says, serving

ANSWER = "La bibliothèque ferme à 18 heures [1]."


@contextmanager
def served(*behaviours: Behaviour) -> Iterator[Scripted]:
    """A server on a thread of its own: the command has its own event loop."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Scripted] = []

    async def serve() -> None:
        async with serving(*behaviours) as server:
            found.append(server)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(30)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SELON_CHAT_RETRIES", "0")


def use(monkeypatch: pytest.MonkeyPatch, url: str, model: str = "openai:scripted") -> None:
    monkeypatch.setenv("SELON_CHAT_MODEL", model)
    monkeypatch.setenv("SELON_CHAT_BASE_URL", url)


def test_a_model_that_answers_is_told_with_its_pace_and_cost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_CHAT_PRICES", "2/10")
    monkeypatch.setenv("SELON_CHAT_MODE", "write")
    with served(says(ANSWER, usage=(1500, 20))) as server:
        use(monkeypatch, server.url)
        assert run(["chat-model", "--check"]) == 0
        shown = capsys.readouterr().out
        assert f"openai:scripted ({server.url})" in shown
        assert "Réponse\u00a0: «\u00a0La bibliothèque ferme à 18 heures.\u00a0»" in shown
        assert "1\u202f500 jetons lus, 20 écrits\u202f; coût\u00a0: 0,0032." in shown
        assert "Il cite ses sources comme demandé." in shown
        assert run(["chat-model"]) == 0
        assert "Aujourd’hui\u00a0: 1 appel, 1\u202f520 jetons, 0,0032." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ('{"sentences": [2]}', "Il choisit la phrase qui répond."),
        ("2", "Il choisit la phrase qui répond."),
        ("3", "Il ne choisit pas la phrase qui répond."),
        ("Bonjour !", "Il ne choisit pas la phrase qui répond."),
    ],
)
def test_a_model_is_tried_at_choosing(
    reply: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(says(reply)) as server:
        use(monkeypatch, server.url)
        assert run(["chat-model", "--check"]) == 0
    shown = capsys.readouterr().out
    assert "SELON_CHAT_MODE=choose" in shown
    assert told in shown


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (refuses(401), "la clé n’est pas acceptée"),
        (refuses(404), "le serveur ne connaît pas ce modèle"),
        (refuses(429), "trop de demandes"),
        (refuses(500), "le serveur est en panne"),
        (says(), "ce qui vient n’est pas une réponse"),
    ],
)
def test_a_model_that_fails_is_told_with_what_to_do(
    behaviour: Behaviour,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with served(behaviour) as server:
        use(monkeypatch, server.url)
        assert run(["chat-model", "--check"]) == 1
    assert f"✗ {told}" in capsys.readouterr().out


def test_a_silent_model_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_CHAT_FIRST_TOKEN", "0.5")
    with served(keeps_silent()) as server:
        use(monkeypatch, server.url)
        assert run(["chat-model", "--check"]) == 1
    assert "✗ il n’a pas répondu à temps" in capsys.readouterr().out


def test_the_models_of_the_arena_are_told_and_tried_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_ARENA", "extractive,openai:one,openai:two")
    with served(says(ANSWER)) as server:
        use(monkeypatch, server.url, "openai:one")
        assert run(["chat-model"]) == 0
        names = [line.partition(" (")[0] for line in capsys.readouterr().out.splitlines()]
        assert [names.count(f"openai:{each}") for each in ("one", "two")] == [1, 1]
        assert run(["chat-model", "--check"]) == 0
    assert {body["model"] for body in server.bodies} == {"one", "two"}


def test_an_unknown_provider_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SELON_CHAT_MODEL", "nowhere:m")
    assert run(["chat-model", "--check"]) == 2
    complaint = capsys.readouterr().err
    assert "fournisseur inconnu" in complaint
    assert complaint.count("\n") == 1
