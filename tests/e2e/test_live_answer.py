"""What a person sees while a chat model is asked, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.messenger.outbound import live_answer
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, OTHER, GROUP = 42, 43, -100
BOT = "selon_test_bot"
QUESTION = "Que sait-on de Fresnel ?"
NOTHING = "Je ne cherche rien en ce moment."


class SlowChain(StubChain):
    """Takes for ever, but not without a model; `stopped` tells that it was cancelled."""

    def __init__(self) -> None:
        super().__init__(**{QUESTION: answered(QUESTION, cite(1, BIRTH))})
        self.stopped = asyncio.Event()

    async def ainvoke(self, input: TurnText) -> Answer:
        if not input.is_extractive:
            try:
                await asyncio.sleep(60)
            finally:
                self.stopped.set()
        return await super().ainvoke(input)


@pytest.fixture(autouse=True)
def _swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_answer, "BUTTON_SECONDS", 0.02)


@pytest.fixture
def chain() -> SlowChain:
    return SlowChain()


@pytest_asyncio.fixture
async def server(chain: SlowChain) -> AsyncIterator[BotServer]:
    async with (
        BotServer() as server,
        running(server, chain, Shelf(FRESNEL), chat_model="ollama:qwen3"),
    ):
        yield server


async def test_in_private_a_draft_is_stopped_and_the_articles_answer(
    server: BotServer, chain: SlowChain
) -> None:
    server.user_says(READER, QUESTION)
    await server.called("sendMessageDraft")
    server.user_stops_draft(READER)
    whole = await server.next_message()
    assert whole.text.startswith(f"«\u00a0{BIRTH}\u00a0»\u00a0[1]")
    assert chain.said[-1].is_extractive
    assert chain.stopped.is_set()
    assert "👍" in whole.labels
    assert (await server.reply_to(READER, "/stop")).text == NOTHING


async def test_in_groups_only_who_asked_stops_it(server: BotServer) -> None:
    number = server.user_says(GROUP, f"@{BOT} {QUESTION}", kind="supergroup", person=READER)
    first = await server.next_message()
    assert (first.reply_to, first.labels) == (number, ["Arrêter"])
    query = server.presses(first, 0, person=OTHER)
    assert await server.acknowledged(query) == NOTHING
    query = server.presses(first, 0, person=READER)
    whole = await server.next_edit()
    assert await server.acknowledged(query) == "Réponse arrêtée."
    assert whole.message_id == first.message_id
    while "👍" not in whole.labels:
        whole = await server.next_edit()
    assert f"«\u00a0{BIRTH}\u00a0»\u00a0[1]" in whole.text
    assert len(server.messages) == 1


async def test_a_server_without_drafts_gets_a_message_and_is_not_asked_again(
    chain: SlowChain,
) -> None:
    async with (
        BotServer(lacks=["sendMessageDraft"]) as server,
        running(server, chain, Shelf(FRESNEL), chat_model="ollama:qwen3"),
    ):
        tries = []
        for _ in range(2):
            first = await server.reply_to(READER, QUESTION)
            assert (first.text, first.labels) == ("Je cherche…", ["Arrêter"])
            server.presses(first, 0, person=READER)
            assert BIRTH in (await server.next_edit()).text
            tries.append(sum(method == "sendMessageDraft" for method, _ in server.refusals))
        assert tries[0] == tries[1] > 0
