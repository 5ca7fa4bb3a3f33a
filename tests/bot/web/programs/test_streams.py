"""Streams: what keeps them open, and what they say of a failure under way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.locale.answers import Phrases
from bot.web import server_sent_events
from bot.web.app import create_app
from bot.web.service import WebService
from tests.bot.messenger.samples import LENS, answered, cite
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.e2e.telegram import StubChain


class FailingChain(StubChain):
    async def astream(self, input: TurnText) -> AsyncIterator[Answer]:
        yield answered(input.question, cite(1, LENS))
        raise RuntimeError("a secret")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": QUESTION}]}),
        ("/v1/responses", {"input": QUESTION}),
    ],
)
def test_a_failure_ends_a_stream(service: WebService, path: str, asked: dict[str, object]) -> None:
    failing = replace(service, chain=FailingChain())
    with TestClient(create_app(failing), base_url=ORIGIN) as client:
        response = client.post(path, json={"model": "selon", "stream": True, **asked})
    assert response.status_code == 200
    assert response.headers["x-accel-buffering"] == "no"
    last = json.loads(response.text.strip().rpartition("data: ")[2])
    assert last["error"]["message"] == Phrases.of("fr").failed
    assert "secret" not in response.text


async def test_a_silent_stream_is_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sent_events, "HEARTBEAT_SECONDS", 0.01)
    heard, closed = asyncio.Event(), asyncio.Event()

    async def events() -> AsyncGenerator[str]:
        try:
            await heard.wait()
            yield "data: 1\n\n"
            await asyncio.Event().wait()
        finally:
            closed.set()

    stream = server_sent_events.with_heartbeats(events())
    assert (await anext(stream)).startswith(":")
    heard.set()
    while (event := await anext(stream)).startswith(":"):
        pass
    assert event == "data: 1\n\n"
    await stream.aclose()
    assert closed.is_set()
