"""Groups, topics, channels, edits and inline queries, over HTTP."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.messenger.handlers import inline, question
from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, LENS, answered, cite
from tests.botapi.messages import Message
from tests.botapi.people import From
from tests.botapi.server import BotServer
from tests.e2e.telegram import ANSWER, QUESTION, SECOND, StubChain

READER, OTHER, GROUP, CHANNEL, DIRECT = 42, 43, -100, -200, -300
BOT = "selon_test_bot"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer(privacy=False) as server:
        yield server


pytestmark = pytest.mark.usefixtures("bot")


def _says(server: BotServer, text: str, person: int = READER, **more: Any) -> int:
    return server.user_says(GROUP, text, kind="supergroup", person=person, **more)


async def _reply_to(server: BotServer, text: str, person: int = READER, **more: Any) -> Message:
    return await server.reply_to(GROUP, text, kind="supergroup", person=person, **more)


async def test_a_mention_is_a_question_and_its_answer_a_reply(
    server: BotServer, chain: StubChain
) -> None:
    for text in (f"@{BOT} {QUESTION}", f"{QUESTION} @{BOT}", f"@{BOT.upper()}, {QUESTION}"):
        number = _says(server, text)
        answer = await server.next_message()
        assert answer.text.startswith(ANSWER)
        assert answer.reply_to == number
    assert chain.questions == [QUESTION] * 3
    # What is not meant for the bot is let pass.
    _says(server, "Bonjour à tous")
    _says(server, "@quelqu_un_dautre, tu viens ?")
    await server.silence()


async def test_a_mention_may_point_at_a_message(server: BotServer, chain: StubChain) -> None:
    claim = "Fresnel est né en 1788, à Broglie."
    chain.answers[claim] = answered(claim, cite(1, BIRTH))
    number = _says(server, claim, person=OTHER)
    answer = await _reply_to(server, f"@{BOT} c’est vrai ?", reply_to=number)
    assert answer.text.startswith(ANSWER)
    assert chain.questions == [claim]


async def test_a_reply_to_the_bot_goes_on_from_there(server: BotServer, chain: StubChain) -> None:
    first = await _reply_to(server, f"@{BOT} {QUESTION}")
    await _reply_to(server, f"@{BOT} {SECOND}", OTHER)
    await _reply_to(server, "Et à Cordouan ?", OTHER, reply_to=first)
    [said] = [turn for turn in chain.said if turn.question == "Et à Cordouan ?"]
    assert said.replied_turn is not None
    assert said.replied_turn.question == QUESTION
    assert [turn.question for turn in said.history] == [SECOND]


async def test_a_topic_is_kept_to(server: BotServer, chain: StubChain) -> None:
    answer = await _reply_to(server, f"@{BOT} {QUESTION}", thread=5)
    assert answer.thread_id == 5
    assert (await _reply_to(server, f"@{BOT} {SECOND}", thread=6)).thread_id == 6
    assert not chain.said[-1].history
    assert (await server.reply_to_press(answer, person=READER)).thread_id == 5


async def test_an_edited_question_changes_its_answer(server: BotServer) -> None:
    number = server.user_says(READER, QUESTION)
    first = await server.next_message()
    server.user_edits(READER, number, SECOND)
    edited = await server.next_edit()
    assert edited.message_id == first.message_id
    assert edited.text.startswith(f"«\u00a0{INSTALLED}")
    await server.silence()
    assert INSTALLED in (await server.reply_to(READER, "/sources")).text


async def test_a_late_edit_changes_nothing_and_is_told_so_once(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = server.user_says(READER, QUESTION)
    await server.next_message()
    monkeypatch.setattr(question, "EDIT_PERIOD", timedelta(seconds=-1))
    server.user_edits(READER, number, QUESTION)  # nothing has changed
    for text in (SECOND, f"{SECOND} Et quand ?"):
        server.user_edits(READER, number, text)
    said = await server.next_message()
    assert said.text == (
        "Vous avez modifié ce message après plus d’une minute\u00a0: ma réponse n’a pas "
        "changé. Pour en avoir une autre, posez la question dans un nouveau message."
    )
    assert said.reply_to == number
    await server.silence()


async def test_an_edited_command_is_answered_anew_or_says_why_not(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["/chronologie Cordouan"] = answered("Cordouan", cite(1, INSTALLED))
    chain.answers["/chronologie Fresnel"] = answered("Fresnel", cite(1, BIRTH))
    number = server.user_says(READER, "/chronologie Cordouan")
    first = await server.next_message()
    server.user_edits(READER, number, "/chronologie Fresnel")
    edited = await server.next_edit()
    assert (edited.message_id, BIRTH in edited.text) == (first.message_id, True)
    server.user_edits(READER, number, f"/demander {SECOND}")
    assert INSTALLED in (await server.next_edit()).text
    server.user_edits(READER, number, "x" * 1_001)
    assert (await server.next_message()).text.startswith("Votre question est trop longue")
    server.user_edits(READER, number, "/oublier")
    assert (await server.next_message()).text.startswith("Vous avez modifié une commande")


async def test_a_busy_group_has_its_answers_at_once(server: BotServer) -> None:
    """Sixteen questions by eight people: typing does not count as one of Telegram's twenty messages
    a minute."""
    began = time.monotonic()
    for number in range(16):
        _says(server, f"@{BOT} {QUESTION}", person=READER + number % 8)
    await server.told(GROUP, 16)
    assert time.monotonic() - began < 10
    assert 16 + len(server.actions) > 20


async def test_a_moved_group_keeps_its_conversation(server: BotServer, chain: StubChain) -> None:
    await _reply_to(server, f"@{BOT} {QUESTION}")
    server.group_moves(GROUP, -1_000_100)
    await server.silence()
    await server.reply_to(-1_000_100, f"@{BOT} {SECOND}", kind="supergroup", person=READER)
    assert [turn.question for turn in chain.said[-1].history] == [QUESTION]


async def test_inline_offers_the_cited_answer_and_the_nearest_articles(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["lentille"] = answered("lentille", cite(1, LENS))
    query = server.user_asks_inline(READER, "lentille")
    await server.called("answerInlineQuery")
    given = server.inline_answers[query]
    assert [result.title for result in given.results] == [LENS, FRESNEL.title]
    answer = given.results[0]
    assert answer.description == "Fresnel & les phares, par Anne Le Gall, 1er mars 2024"
    assert f"«\u00a0{LENS}\u00a0»\u00a0[1]" in answer.message.text
    assert given.is_personal
    assert given.cache_time == inline.CACHE_SECONDS


async def test_what_is_not_answered_inline_may_be_asked_in_private(server: BotServer) -> None:
    unknown = "Qui a marché sur la Lune ?"
    query = server.user_asks_inline(READER, unknown)
    await server.called("answerInlineQuery")
    assert server.inline_answers[query].button == "Les articles ne le disent pas"
    answer = await server.reply_to(READER, f"/start {server.inline_answers[query].start}")
    assert answer.text.startswith(unknown)


# Channels


async def test_who_writes_as_a_channel_is_answered(server: BotServer) -> None:
    who = From(GROUP, kind="supergroup", channel=CHANNEL, language_code=None)
    number = server.user_says(GROUP, f"@{BOT} {QUESTION}", who=who)
    answer = await server.next_message()
    assert answer.reply_to == number
    assert answer.text.startswith(ANSWER)


def _direct(person: int = READER) -> From:
    return From(DIRECT, person, "supergroup", direct=True)


async def test_a_reader_s_direct_message_to_a_channel_is_answered_in_their_topic(
    server: BotServer, chain: StubChain
) -> None:
    number = server.user_says(DIRECT, QUESTION, who=_direct())
    answer = await server.next_message()
    assert (answer.direct_topic, answer.reply_to) == (READER, number)
    assert answer.text.startswith(ANSWER)
    assert (await server.reply_to(DIRECT, SECOND, who=_direct(44))).direct_topic == 44
    assert not chain.said[-1].history
    passage = await server.reply_to_press(answer, person=READER)
    assert passage.direct_topic == READER
    assert server.refusals == []


async def test_nothing_is_said_in_a_channel_and_who_added_the_bot_is_told(
    server: BotServer,
) -> None:
    server.knows(OTHER)
    server.bot_is_added(CHANNEL, OTHER, "channel")
    said = await server.next_message()
    assert said.chat_id == OTHER
    assert said.text == (
        "Vous m’avez fait entrer dans la chaîne «\u00a0Rédaction\u00a0». Je n’y publie rien. "
        "Je réponds aux messages directs de ses lecteurs, si vous m’en donnez le droit, et dans "
        "son groupe de discussion, si vous m’y ajoutez."
    )
    await server.silence()


async def test_what_is_of_one_person_is_not_shown_in_direct_messages(server: BotServer) -> None:
    said = await server.reply_to(DIRECT, "/mesdonnees", who=_direct())
    assert said.text == "C’est entre vous et moi\u00a0: écrivez-moi en privé."
    assert said.direct_topic == READER


async def test_a_command_of_the_archive_is_asked_without_the_name_of_the_bot(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["/chronologie Fresnel"] = answered("Chronologie\u00a0: Fresnel", cite(1, BIRTH))
    reply = await _reply_to(server, f"/chronologie@{BOT} Fresnel")
    assert BIRTH in reply.text
    alone = await server.reply_to(READER, "/chronologie  Fresnel")
    assert BIRTH in alone.text
    assert chain.questions[-2:] == ["/chronologie Fresnel"] * 2
