"""Answers that grow while a chat model writes, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.messenger.outbound import live_answer
from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, LENS, answered, cite
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, OTHER, GROUP = 42, 43, -100
BOT = "selon_test_bot"
QUESTION = "Que sait-on de Fresnel ?"
QUOTES = (BIRTH, LENS, INSTALLED)


def written(count: int) -> Answer:
    """What a model has written so far."""
    quotes = enumerate(QUOTES[:count], 1)
    answer = answered(QUESTION, *(cite(number, quote) for number, quote in quotes))
    return replace(answer, model="essai")


class Writing(StubChain):
    """Writes one sentence after another, the second after a `silence`; `closed` tells that it was
    stopped before the end."""

    def __init__(self, pause: float = 0.06) -> None:
        super().__init__()
        self.pause = pause
        self.silence = 0.0
        self.closed = asyncio.Event()
        self.parts: Sequence[Answer] = [written(count) for count in (1, 2, 3)]

    async def astream(self, input: TurnText) -> AsyncIterator[Answer]:
        self.questions.append(input.question)
        try:
            for part in self.parts:
                await asyncio.sleep(self.pause)
                yield part
                await asyncio.sleep(self.silence)
        except (GeneratorExit, asyncio.CancelledError):
            self.closed.set()
            raise


@pytest.fixture(autouse=True)
def _swift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_answer, "BUTTON_SECONDS", 60.0)
    monkeypatch.setattr(live_answer, "DRAFT_SECONDS", 0.02)
    monkeypatch.setattr(live_answer, "EDIT_SECONDS", 0.02)


@pytest.fixture
def chain() -> Writing:
    return Writing()


@pytest_asyncio.fixture
async def server(chain: Writing) -> AsyncIterator[BotServer]:
    async with BotServer() as server, running(server, chain):
        yield server


async def finished(server: BotServer) -> Message:
    """The answer once it has its buttons."""
    edit = await server.next_edit()
    while "👍" not in edit.labels:
        edit = await server.next_edit()
    return edit


async def test_in_private_drafts_grow_and_a_message_ends_them(server: BotServer) -> None:
    whole = await server.reply_to(READER, QUESTION)
    texts = [text for chat, _, text in server.drafts if chat == READER]
    counts = [sum(f"{quote}\u00a0[" in text for quote in QUOTES) for text in texts]
    assert counts[0] == 1
    assert counts == sorted(set(counts))  # a busy machine shows some together
    assert len({draft for _, draft, _ in server.drafts}) == 1
    assert all(f"{quote}\u00a0[" in whole.text for quote in QUOTES)
    assert "👍" in whole.labels
    assert len(server.messages) == 1


async def test_in_a_group_one_message_grows_and_gets_its_buttons_last(server: BotServer) -> None:
    number = server.user_says(GROUP, f"@{BOT} {QUESTION}", kind="supergroup", person=READER)
    first = await server.next_message()
    assert first.reply_to == number
    assert first.labels == ["Arrêter"]
    edit = await finished(server)
    assert edit.message_id == first.message_id
    assert all(f"{quote}\u00a0[" in edit.text for quote in QUOTES)
    assert len(server.messages) == 1


async def test_stopping_keeps_what_was_written(server: BotServer, chain: Writing) -> None:
    chain.silence = 30
    server.user_says(READER, QUESTION)
    await server.called("sendMessageDraft")
    whole = await server.reply_to(READER, "/stop")
    assert f"{BIRTH}\u00a0[1]" in whole.text
    assert INSTALLED not in whole.text
    await asyncio.wait_for(chain.closed.wait(), 30)
    assert (await server.reply_to(READER, "/stop")).text == "Je n’écris rien en ce moment."


async def test_a_server_without_drafts_shows_edits_and_is_not_asked_again(chain: Writing) -> None:
    async with BotServer(lacks=["sendMessageDraft"]) as server, running(server, chain):
        tries = []
        for _ in range(2):
            assert (await server.reply_to(READER, QUESTION)).labels == ["Arrêter"]
            assert INSTALLED in (await finished(server)).text
            tries.append(sum(method == "sendMessageDraft" for method, _ in server.refusals))
        assert tries[0] > 0
        assert tries[1] == tries[0]


async def test_in_groups_only_who_asked_stops_the_answer(server: BotServer, chain: Writing) -> None:
    chain.silence = 30
    first = await server.reply_to(GROUP, f"@{BOT} {QUESTION}", kind="supergroup", person=READER)
    query = server.presses(first, 0, person=OTHER)
    assert await server.acknowledged(query) == "Je n’écris rien en ce moment."
    query = server.presses(first, 0, person=READER)
    whole = await server.next_edit()
    assert await server.acknowledged(query) == "Réponse arrêtée."
    assert INSTALLED not in whole.text
    assert "👍" in whole.labels


async def test_stopped_before_the_first_sentence_the_articles_answer(chain: Writing) -> None:
    chain.pause = 30
    chain.answers[QUESTION] = replace(written(1), model=None)
    shelf = Shelf(FRESNEL)
    async with BotServer() as server, running(server, chain, shelf, chat_model="ollama:qwen3"):
        server.user_says(READER, QUESTION)
        await server.called("sendMessageDraft")
        server.user_stops_draft(READER)
        whole = await server.next_message()
        assert whole.text.startswith(f"«\u00a0{BIRTH}\u00a0»\u00a0[1]")
        assert chain.said[-1].is_extractive
        assert chain.closed.is_set()


async def test_an_edit_that_fails_loses_nothing(server: BotServer) -> None:
    server.fail_next("editMessageText", 400, description="Bad Request: message can't be edited")
    await server.reply_to(GROUP, f"@{BOT} {QUESTION}", kind="supergroup", person=READER)
    assert INSTALLED in (await finished(server)).text


async def test_a_chain_that_fails_half_way_is_told(server: BotServer, chain: Writing) -> None:
    async def broken(said: TurnText) -> AsyncIterator[Answer]:
        yield written(1)
        raise RuntimeError("boum")

    chain.astream = broken  # type: ignore[method-assign, assignment]
    assert (await server.reply_to(READER, QUESTION)).text.startswith("Désolé")
