"""Every provider whose package is here, in its own protocol: what is sent, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import pytest

from bot.llm.base import Request, Usage
from bot.llm.chooser import choice_schema
from bot.llm.providers import PROVIDERS
from tests.bot.llm.conftest import QUESTION, Opened, request, said
from tests.bot.llm.protocols import TEXT, USED, Served, serving_all

KEY = "sk-very-secret-key"
MODELS = ("openai:m", "mistralai:m", "anthropic:m", "ollama:m")


def installed(model: str) -> str:
    package = PROVIDERS[model.partition(":")[0]].package
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    return model


async def asked(opened: Opened, server: Served, model: str, request: Request) -> str:
    chosen = opened(server.url, chat_model=installed(model), chat_key=KEY)
    return await chosen.reply(request)


@pytest.mark.parametrize("model", MODELS)
async def test_it_gets_the_settings_and_gives_text_and_count(opened: Opened, model: str) -> None:
    async with serving_all() as server:
        wanted = request(64)
        assert await asked(opened, server, model, wanted) == TEXT
        assert wanted.usage == Usage(*USED)
        assert KEY in server.headers[0]
        told = server.bodies[0].get("options", server.bodies[0])  # Ollama's own place
        assert told["temperature"] == 0
        assert 64 in (told.get("max_tokens"), told.get("num_predict"))


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("openai:m", ("response_format", "json_schema", "schema")),
        ("mistralai:m", ("response_format", "json_schema", "schema")),
        ("anthropic:m", ("output_config", "format", "schema")),
        ("ollama:m", ("format",)),
    ],
)
async def test_json_is_asked_in_its_way(opened: Opened, model: str, path: tuple[str, ...]) -> None:
    async with serving_all() as server:
        wanted = Request(QUESTION, 64, choice_schema(2))
        assert await asked(opened, server, model, wanted) == TEXT
        form: Mapping[str, Any] = server.bodies[0]
        for step in path:
            form = form[step]
        assert form["properties"]["sentences"]["items"]["enum"] == [1, 2]


async def test_ollama_is_told_how_much_it_must_hold(opened: Opened) -> None:
    async with serving_all() as server:
        model = opened(server.url, chat_model=installed("ollama:m"), chat_context=8192)
        assert await model.reply(request()) == TEXT
        assert server.bodies[0]["options"]["num_ctx"] == 8192
        assert server.bodies[0]["think"] is False


async def test_a_model_that_cannot_write_json_is_not_asked_for_it(opened: Opened) -> None:
    async with serving_all() as server:
        for name, able in (("gpt-4o-mini", True), ("gpt-4", False), ("qwen3-4b", True)):
            model = opened(server.url, chat_model=f"openai:{name}")
            assert await model.structured() is able


@pytest.mark.parametrize(
    ("model", "said_to_it"),
    [("anthropic:claude-sonnet-5-5", False), ("anthropic:haiku", True), ("openai:gpt-5", False)],
)
async def test_a_temperature_is_not_said_to_a_model_that_takes_none(
    opened: Opened, model: str, said_to_it: bool
) -> None:
    async with serving_all() as server:
        chosen = opened(server.url, chat_model=installed(model), chat_temperature=0.5)
        assert await said(chosen) == TEXT
        assert ("temperature" in server.bodies[0]) is said_to_it
