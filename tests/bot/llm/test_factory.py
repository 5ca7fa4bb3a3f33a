"""From the settings to models: whose key and address goes where, and what is missing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from bot.errors import SettingsError
from bot.llm import factory, providers
from bot.llm.factory import open_models, recipients
from bot.settings import Settings
from bot.state.database import State
from tests.bot.llm.conftest import Opened, fault_of

URL = "http://127.0.0.1:9/v1"
OWN = {"chat_base_url": URL}


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for provider in providers.PROVIDERS.values():
        for name in provider.keys:
            monkeypatch.delenv(name, raising=False)


def opening(state: State, **settings: Any) -> list[str]:
    models = open_models(Settings(_env_file=None, **settings), lambda: state)
    for thread in threading.enumerate():
        if thread.name == "chat-imports":  # pytest fails where modules are imported beside it
            thread.join()
    return [model.name for model in models]


@pytest.mark.parametrize(
    ("model", "address", "names"),
    [
        ("extractive", None, ()),
        ("ollama:qwen3:4b", None, ()),
        ("openai:qwen3", URL, ()),
        ("openai:qwen3", "http://localhost:8080/v1", ()),
        ("mistral:mistral-small-latest", None, ("Mistral AI",)),
        ("ollama:qwen3:4b,groq:a,openai:b", None, ("Groq", "OpenAI")),
        ("openai:qwen3", "https://gpu.exemple.fr/v1", ("gpu.exemple.fr",)),
        ("ollama:gpt-oss:120b-cloud", None, ("Ollama",)),
    ],
)
def test_who_else_gets_questions(model: str, address: str | None, names: tuple[str, ...]) -> None:
    settings: dict[str, Any] = {"chat_model": model, "chat_base_url": address}
    assert recipients(Settings(_env_file=None, **settings)) == names


def test_models_are_opened_in_order(state: State) -> None:
    names = ["openai:a", "openai:b"]
    assert opening(state, chat_model=",".join(names), chat_base_url=URL) == names
    assert opening(state, chat_model="extractive") == opening(state) == []


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"chat_model": "nowhere:a"}, "chat-no-provider"),
        ({"chat_model": "openai:a,mistral:b", "chat_key": "k"}, "MISTRAL_API_KEY, OPENAI_API_KEY"),
        ({"chat_model": "openai:a", **OWN, "chat_budget_money": 1}, "price-unknown .*openai:a"),
    ],
)
def test_what_is_missing_is_told(state: State, settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        opening(state, **settings)


def test_a_missing_package_has_its_extra_told(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"chat-no-package .*extra=mistral"):
        opening(state, chat_model="mistral:a", chat_key="k")


async def test_a_library_that_breaks_keeps_nobody_waiting_and_is_not_quoted(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such key: sk-very-secret-key")

    monkeypatch.setattr(factory, "create_model", fail)
    fault = await fault_of(opened(URL))
    assert (fault.kind, fault.detail) == ("rejected", "RuntimeError")
    assert "RuntimeError" in caplog.text
    assert "sk-very-secret-key" not in caplog.text


async def test_slow_libraries_are_left_alone(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = threading.Event()

    monkeypatch.setattr(factory, "create_model", lambda *_: imported.wait(30))
    try:
        assert (await fault_of(opened(URL, chat_timeout=0.05))).kind == "timeout"
    finally:
        imported.set()
