"""The Telegram bot from end to end: the real application and client over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.messenger.handlers.question import QUESTION_LIMIT
from tests.bot.messenger.samples import (
    BIRTH,
    FRESNEL,
    INSTALLED,
    LIGHT,
    answered,
    article,
    cite,
)
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, slowly

READER = 42
QUESTION = "Quand Fresnel est-il né ?"


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH), cite(2, INSTALLED))
    return chain


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(FRESNEL)


@pytest_asyncio.fixture
async def bot(server: BotServer, chain: StubChain, shelf: Shelf) -> AsyncIterator[None]:
    async with running(server, chain, shelf):
        yield


pytestmark = pytest.mark.usefixtures("bot")


async def test_start_greets_in_the_readers_language(server: BotServer) -> None:
    languages = {"fr": "Bonjour", "en": "Hello!", "en-GB": "Hello!", "de": "Bonjour"}
    for number, (language, greeting) in enumerate([*languages.items(), (None, "Bonjour")]):
        server.user_says(READER + number, "/start", language)
        assert (await server.next_message()).text.startswith(greeting)


async def test_an_unknown_command_is_told_to_be_one(server: BotServer) -> None:
    server.user_says(READER, "/inconnue")
    assert (await server.next_message()).text.startswith("Je ne connais pas cette commande")
    server.user_says(READER, "/unknown", "en")
    assert (await server.next_message()).text.startswith("I do not know this command")


@pytest.mark.usefixtures("introduced")
async def test_the_menu_of_commands_is_set_in_both_languages(server: BotServer) -> None:
    french = server.commands("fr")
    assert server.commands() == french
    assert french["aide"] == "Comment poser une question"
    assert server.commands("en")["help"] == "How to ask"
    assert len(server.commands("en")) == len(french)
    assert set(server.commands("fr", "all_group_chats")) < {*french, "demander", "corpus"}
    for scope in ("default", "all_private_chats", "all_group_chats"):
        assert server.commands("", scope) == server.commands("fr", scope)
        english = server.commands("en", scope)
        assert len(english) == len(server.commands("fr", scope))
        assert english["new"] == "Start afresh"


async def test_a_very_long_answer_is_split_and_keeps_its_buttons(
    server: BotServer, chain: StubChain
) -> None:
    sentences = [f"Phrase {n} : " + "lumière & phare " * 40 + "fin." for n in range(1, 21)]
    source = article(" ".join(sentences))
    citations = [cite(n, text, source) for n, text in enumerate(sentences, 1)]
    chain.answers["Tout ?"] = answered("Tout ?", *citations)
    server.user_says(READER, "Tout ?")
    messages = [await server.next_message()]
    while not messages[-1].buttons:
        messages.append(await server.next_message())
    assert len(messages) >= 3
    told = "\n".join(message.text for message in messages)
    assert all(f"«\u00a0{text}\u00a0»" in told for text in sentences)
    assert len(messages[-1].buttons) == 20 + 2


async def test_any_text_is_a_question(server: BotServer, chain: StubChain) -> None:
    questions = [
        "<b>gras</b> & <script>alert(1)</script> ?",
        "😀🎉👩‍👩‍👧",
        "متى وُلد فرينل؟",
        "'; DROP TABLE articles; -- OR 1=1",
        "%s {0} \\ /aide \u200b",
        "/",
        "é" * QUESTION_LIMIT,
    ]
    for question in questions:
        chain.answers[question] = answered(question, cite(1, LIGHT))
        server.user_says(READER, question)
        assert (await server.next_message()).text.startswith(f"«\u00a0{LIGHT}"), question
    assert chain.questions == questions


async def test_typing_shows_while_the_answer_is_prepared(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["Lent ?"] = slowly(answered("Lent ?", cite(1, BIRTH)), 0.3)
    server.user_says(READER, "Lent ?")
    await server.called("sendChatAction")
    assert server.messages == ()
    await server.next_message()
    assert set(server.actions) == {(READER, "typing")}


async def test_an_error_is_logged_and_the_person_gets_a_polite_line(
    server: BotServer, chain: StubChain, caplog: pytest.LogCaptureFixture
) -> None:
    chain.answers["Panne ?"] = RuntimeError("the disk is gone")
    server.user_says(READER, "Panne ?")
    told = await server.next_message()
    assert told.text.startswith("Désolé, je n’ai pas pu répondre")
    assert "disk" not in told.text
    assert "RuntimeError" in caplog.text
    assert "disk" not in caplog.text  # what it says may be a person's words
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
