"""Questions wait for a place, hear that Selon is busy, and end with their client."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from httpx2 import ASGITransport, AsyncClient

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.settings import Settings
from bot.state.database import State
from bot.web.admission import Admission
from bot.web.app import create_app
from bot.web.service import WebService
from tests.bot.messenger.samples import FRESNEL, LENS, answered, cite
from tests.bot.web.conftest import ORIGIN, QUESTION
from tests.e2e.telegram import Shelf, StubChain
from tests.e2e.test_distress import DISTRESS, Gate

if TYPE_CHECKING:
    from bot.answering.distress import DistressGate

BODIES = {
    "/": b"q=Qui",
    "/answer": b"q=Qui",
    "/api/ask": b'{"question": "Qui ?"}',
    "/api/ask?q=Qui": b"",
    "/v1/chat/completions": (
        b'{"model": "selon", "messages": [{"role": "user", "content": "Qui ?"}]}'
    ),
}


class SlowChain(StubChain):
    """Answers once it may; counts the questions that it works on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()
        self.running = self.begun = self.most = 0

    async def ainvoke(self, input: TurnText) -> Answer:
        if input.is_extractive:  # the examples of the home page, asked beside
            return await super().ainvoke(input)
        self.running += 1
        self.begun += 1
        self.most = max(self.most, self.running)
        try:
            await self.may_answer.wait()
            return answered(input.question, cite(1, LENS))
        finally:
            self.running -= 1


@pytest.fixture
def slow() -> SlowChain:
    return SlowChain()


@pytest.fixture
def service(slow: SlowChain, state: State, tmp_path: Path) -> WebService:
    settings = Settings(_env_file=None, data_dir=tmp_path, question_burst=0, group_burst=0)
    service = WebService(slow, Shelf(FRESNEL), state, settings)  # type: ignore[arg-type]
    object.__setattr__(service, "admission", Admission(places=2, seconds=0.2))
    return service


async def until(slow: SlowChain, running: int) -> None:
    async with asyncio.timeout(20):
        while slow.running != running:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("path", BODIES)
async def test_the_work_ends_when_the_client_hangs_up(
    service: WebService, slow: SlowChain, path: str
) -> None:
    app = create_app(service)
    hung_up = asyncio.Event()
    body = [{"type": "http.request", "body": BODIES[path]}]

    async def receive() -> Any:
        if body:
            return body.pop()
        await hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pass

    route, _, query = path.partition("?")
    kind = b"application/json" if BODIES[path][:1] == b"{" else b"application/x-www-form-urlencoded"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST" if BODIES[path] else "GET",
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"content-type", kind)],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    request = asyncio.create_task(app(scope, receive, send))
    await until(slow, running=1)
    hung_up.set()
    await until(slow, running=0)
    with suppress(asyncio.CancelledError):
        await request
    assert not slow.may_answer.is_set()


async def test_who_waits_too_long_hears_that_selon_is_busy(
    service: WebService, slow: SlowChain
) -> None:
    transport = ASGITransport(create_app(service))
    async with AsyncClient(transport=transport, base_url=ORIGIN) as client:
        asked = {"json": {"question": QUESTION}}
        first = [asyncio.create_task(client.post("/api/ask", **asked)) for _ in range(2)]  # type: ignore[arg-type]
        await until(slow, running=2)
        program = await client.post("/api/ask", **asked)  # type: ignore[arg-type]
        assert (program.status_code, program.headers["retry-after"]) == (503, "10")
        assert program.json()["error"]["code"] == "web-busy"
        page = await client.post("/", data={"q": QUESTION})
        assert (page.status_code, "Trop de questions" in page.text) == (503, True)
        script = await client.post("/answer", data={"q": QUESTION})
        assert "Trop de questions" in script.text
        slow.may_answer.set()
        assert [reply.status_code for reply in await asyncio.gather(*first)] == [200, 200]
        assert (await client.post("/api/ask", **asked)).status_code == 200  # type: ignore[arg-type]
    assert slow.most == 2
    assert slow.begun == 3


def _limited(service: WebService, burst: int, gate: object = None) -> WebService:
    settings = service.settings.model_copy(update={"question_burst": burst, "group_burst": 100})
    chain, library, state = service.chain, service.library, service.state
    limited = WebService(chain, library, state, settings, cast("DistressGate", gate))
    object.__setattr__(limited, "admission", service.admission)
    return limited


async def test_a_question_that_got_no_place_costs_nothing(
    service: WebService, slow: SlowChain
) -> None:
    transport = ASGITransport(create_app(_limited(service, 3)))
    async with AsyncClient(transport=transport, base_url=ORIGIN) as client:
        await client.get("/")  # which names the visitor
        asked: Any = {"json": {"question": QUESTION}}
        others = [asyncio.create_task(client.post("/api/ask", **asked)) for _ in range(2)]
        await until(slow, running=2)
        assert (await client.post("/api/ask", **asked)).status_code == 503
        slow.may_answer.set()
        await asyncio.gather(*others)
        later = [(await client.post("/api/ask", **asked)).status_code for _ in range(2)]
    assert later == [200, 429]


async def test_who_is_in_danger_is_helped_above_the_limit_but_not_without_end(
    service: WebService, slow: SlowChain
) -> None:
    slow.may_answer.set()
    transport = ASGITransport(create_app(_limited(service, 1, Gate())))
    async with AsyncClient(transport=transport, base_url=ORIGIN) as client:
        asked: Any = {"json": {"question": DISTRESS}}
        replies = [await client.post("/api/ask", **asked) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert {reply.json()["outcome"] for reply in replies[:2]} == {"help"}
