"""Every provider whose package is here, in its own protocol: what is sent, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from importlib.util import find_spec
from typing import Any

import pytest

from bot.llm.base import Request, Usage
from bot.llm.json_stream import schema
from bot.llm.providers import PROVIDERS
from tests.bot.llm.conftest import QUESTION, Opened, request, said
from tests.bot.llm.protocols import PIECES, USED, serving_all

KEY = "sk-very-secret-key"


@dataclass(frozen=True, slots=True)
class Protocol:
    """Where a provider's protocol has the options and the schema."""

    options: tuple[str, ...]
    limit: str
    schema: tuple[str, ...]


OPENAI = Protocol((), "max_tokens", ("response_format", "json_schema", "schema"))
PROTOCOLS = {
    "openai:m": OPENAI,
    "mistralai:m": OPENAI,
    "anthropic:m": Protocol((), "max_tokens", ("output_config", "format", "schema")),
    "ollama:m": Protocol(("options",), "num_predict", ("format",)),
}


def installed(model: str) -> str:
    package = PROVIDERS[model.partition(":")[0]].package
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    return model


def inside(body: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    return reduce(lambda fields, name: fields[name], path, body)


@pytest.mark.parametrize("model", PROTOCOLS)
async def test_each_is_asked_in_its_own_protocol_and_understood(opened: Opened, model: str) -> None:
    asked, protocol = request(64), PROTOCOLS[model]
    async with serving_all() as server:
        chosen = opened(server.url, chat_model=installed(model), chat_key=KEY)
        assert [piece async for piece in chosen.stream(asked)] == list(PIECES)
        assert asked.usage == Usage(*USED)
        assert KEY in server.headers[0]
        options = inside(server.bodies[0], protocol.options)
        assert (options["temperature"], options[protocol.limit]) == (0, 64)
        formal = Request(QUESTION, 64, schema((1, 2)))
        assert [piece async for piece in chosen.stream(formal)] == list(PIECES)
        sentence = inside(server.bodies[1], protocol.schema)["properties"]["sentences"]["items"]
        assert sentence["properties"]["citations"]["items"]["enum"] == [1, 2]


async def test_ollama_is_told_how_much_it_must_hold(opened: Opened) -> None:
    async with serving_all() as server:
        model = opened(server.url, chat_model=installed("ollama:m"), chat_context=8192)
        assert [piece async for piece in model.stream(request())] == list(PIECES)
        assert server.bodies[0]["options"]["num_ctx"] == 8192
        assert server.bodies[0]["think"] is False


@pytest.mark.parametrize(("name", "able"), [("gpt-4o-mini", True), ("gpt-4", False), ("q3", True)])
async def test_a_model_that_is_known_not_to_write_json_is_not_asked_for_it(
    opened: Opened, name: str, able: bool
) -> None:
    model = opened("http://127.0.0.1:9", chat_model=f"openai:{name}")
    assert await model.structured() is able


@pytest.mark.parametrize(
    ("model", "said_to_it"),
    [
        ("anthropic:claude-sonnet-5-5", False),
        ("anthropic:claude-haiku", True),
        ("openai:gpt-5", False),
    ],
)
async def test_a_temperature_is_not_said_to_a_model_that_takes_none(
    opened: Opened, model: str, said_to_it: bool
) -> None:
    async with serving_all() as server:
        chosen = opened(server.url, chat_model=installed(model), chat_temperature=0.5)
        assert await said(chosen) == list(PIECES)
        assert ("temperature" in server.bodies[0]) is said_to_it
