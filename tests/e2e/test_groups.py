"""Groups, topics, edits and inline queries, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.messenger.handlers import inline, question
from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, LENS, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, OTHER, GROUP = 42, 43, -100
BOT = "selon_test_bot"
QUESTION = "Quand Fresnel est-il né ?"
SECOND = "Où fut installé le premier appareil ?"


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    chain.answers[SECOND] = answered(SECOND, cite(1, INSTALLED))
    return chain


@pytest_asyncio.fixture
async def server(chain: StubChain) -> AsyncIterator[BotServer]:
    async with BotServer(privacy=False) as server, running(server, chain, Shelf(FRESNEL)):
        yield server


def _says(
    server: BotServer, text: str, person: int = READER, thread: int | None = None, **more: object
) -> int:
    return server.user_says(
        GROUP,
        text,
        kind="supergroup",
        person=person,
        thread=thread,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "text", [f"@{BOT} {QUESTION}", f"{QUESTION} @{BOT}", f"@{BOT.upper()}, {QUESTION}"]
)
async def test_a_mention_is_a_question_and_its_answer_a_reply(
    server: BotServer, chain: StubChain, text: str
) -> None:
    number = _says(server, text)
    answer = await server.next_message()
    assert answer.text.startswith(f"«\u00a0{BIRTH}")
    assert answer.reply_to == number
    assert chain.questions == [QUESTION]


@pytest.mark.parametrize("words", ["?", "c’est vrai ?", "tu confirmes ?", "is that true?", "👆"])
async def test_a_mention_that_points_at_a_message_asks_what_it_says(
    server: BotServer, chain: StubChain, words: str
) -> None:
    claim = "Fresnel est né en 1788, à Broglie."
    chain.answers[claim] = answered(claim, cite(1, BIRTH))
    number = _says(server, claim, person=OTHER)
    _says(server, f"@{BOT} {words}", reply_to=number)
    assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
    assert chain.questions == [claim]


async def test_a_reply_to_the_bot_goes_on_from_that_answer(
    server: BotServer, chain: StubChain
) -> None:
    _says(server, f"@{BOT} {QUESTION}")
    first = await server.next_message()
    _says(server, f"@{BOT} {SECOND}", person=OTHER)
    await server.next_message()
    _says(server, "Et à Cordouan ?", person=OTHER, reply_to=first)
    await server.next_message()
    [said] = [each for each in chain.said if each.question == "Et à Cordouan ?"]
    assert said.replied_turn is not None
    assert said.replied_turn.question == QUESTION
    assert [turn.question for turn in said.history] == [SECOND]


async def test_what_is_not_meant_for_the_bot_is_let_pass(server: BotServer) -> None:
    _says(server, "Bonjour à tous")
    _says(server, "@quelqu_un_dautre, tu viens ?")
    contact = {"contact": {"phone_number": "1", "first_name": "A"}}
    server.user_sends(GROUP, {**contact}, kind="supergroup")
    await server.silence()


async def test_a_topic_is_kept_to(server: BotServer, chain: StubChain) -> None:
    _says(server, f"@{BOT} {QUESTION}", thread=5)
    answer = await server.next_message()
    assert answer.thread_id == 5
    _says(server, f"@{BOT} {SECOND}", thread=6)
    assert (await server.next_message()).thread_id == 6
    assert not chain.said[-1].history
    server.presses(answer, person=READER)
    assert (await server.next_message()).thread_id == 5


async def test_an_edited_question_changes_its_answer(server: BotServer) -> None:
    number = server.user_says(READER, QUESTION)
    first = await server.next_message()
    server.user_edits(READER, number, SECOND)
    edited = await server.next_edit()
    assert edited.message_id == first.message_id
    assert edited.text.startswith(f"«\u00a0{INSTALLED}")
    await server.silence()
    server.user_says(READER, "/sources")
    assert INSTALLED in (await server.next_message()).text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "fr",
            "Vous avez modifié ce message après plus d’une minute\u00a0: ma réponse n’a pas "
            "changé. Pour en avoir une autre, posez la question dans un nouveau message.",
        ),
        (
            "en",
            "You changed this message after more than a minute: my answer has not changed. To get "
            "another, ask in a new message.",
        ),
    ],
)
async def test_a_late_edit_changes_nothing_and_is_told_so_once(
    server: BotServer, monkeypatch: pytest.MonkeyPatch, language: str, told: str
) -> None:
    number = server.user_says(READER, QUESTION, language)
    await server.next_message()
    monkeypatch.setattr(question, "EDIT_PERIOD", timedelta(seconds=-1))
    server.user_edits(READER, number, QUESTION, language)  # nothing has changed
    for text in (SECOND, f"{SECOND} Et quand ?"):
        server.user_edits(READER, number, text, language)
    said = await server.next_message()
    assert (said.text, said.reply_to) == (told, number)
    await server.silence()


async def test_a_group_that_is_not_allowed_is_told_and_left(
    chain: StubChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_ALLOWED_GROUPS", "-200, -300")
    async with BotServer() as server, running(server, chain, Shelf(FRESNEL)):
        server.bot_is_added(GROUP, READER)
        assert f"numéro {GROUP}" in (await server.next_message()).text
        await server.called("leaveChat")
        server.user_says(-200, f"@{BOT} {QUESTION}", kind="supergroup", person=READER)
        assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
        server.user_says(-400, "/aide", kind="supergroup", person=READER)
        assert "numéro -400" in (await server.next_message()).text


async def test_a_group_that_moves_keeps_its_conversation(
    server: BotServer, chain: StubChain
) -> None:
    _says(server, f"@{BOT} {QUESTION}")
    await server.next_message()
    server.group_moves(GROUP, -1_000_100)
    await asyncio.sleep(0.3)  # another chat: nothing says that its updates are handled later
    server.user_says(-1_000_100, f"@{BOT} {SECOND}", kind="supergroup", person=READER)
    await server.next_message()
    assert [turn.question for turn in chain.said[-1].history] == [QUESTION]


async def test_inline_offers_the_cited_answer_and_the_nearest_articles(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["lentille"] = answered("lentille", cite(1, LENS))
    query = server.user_asks_inline(READER, "lentille")
    await server.called("answerInlineQuery")
    given = server.inline_answers[query]
    assert [each.title for each in given.results] == [LENS, FRESNEL.title]
    answer = given.results[0]
    assert answer.description == "Fresnel & les phares, par Anne Le Gall, 1er mars 2024"
    assert f"«\u00a0{LENS}\u00a0»\u00a0[1]" in answer.message.text
    assert given.is_personal
    assert given.cache_time == inline.CACHE_SECONDS
