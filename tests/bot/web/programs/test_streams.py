"""Streams: what keeps them open, and what they say of a failure under way."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.locale.answers import Phrases
from bot.web import heartbeats, openai_api
from bot.web.app import create_app
from bot.web.service import WebService
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.e2e.telegram import StubChain


class FailingChain(StubChain):
    async def ainvoke(self, input: TurnText) -> Answer:
        raise RuntimeError("a secret")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": QUESTION}]}),
        ("/v1/responses", {"input": QUESTION}),
    ],
)
def test_a_late_failure_ends_a_stream(
    service: WebService, path: str, asked: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openai_api, "BEGIN_SECONDS", 0)
    failing = replace(service, chain=FailingChain())
    with TestClient(create_app(failing), base_url=ORIGIN) as client:
        response = client.post(path, json={"model": "selon", "stream": True, **asked})
    assert response.status_code == 200
    assert response.headers["x-accel-buffering"] == "no"
    last = json.loads(response.text.strip().rpartition("data: ")[2])
    assert last["error"]["message"] == Phrases.of("fr").failed
    assert "secret" not in response.text


async def test_a_silent_stream_is_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "HEARTBEAT_SECONDS", 0.01)
    go_on, closed = asyncio.Event(), asyncio.Event()

    async def body() -> str:
        try:
            await go_on.wait()
            return "whole"
        finally:
            closed.set()

    parts = heartbeats.respond_when_ready(body(), "text/plain", silence="-").body_iterator
    assert await anext(aiter(parts)) == "-"
    go_on.set()
    assert [part async for part in parts if part != "-"] == ["whole"]
    go_on.clear()
    closed.clear()
    left = heartbeats.respond_when_ready(body(), "text/plain", silence="-").body_iterator
    assert await anext(aiter(left)) == "-"
    await left.aclose()  # type: ignore[attr-defined]
    assert closed.is_set()
