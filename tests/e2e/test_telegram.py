"""The Telegram bot from end to end: the real application and client over HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest
import pytest_asyncio

from bot.messenger.handlers.question import QUESTION_LIMIT
from index.errors import NoIndex
from tests.bot.messenger.samples import (
    BIRTH,
    FRESNEL,
    INSTALLED,
    LENS,
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


@pytest.mark.parametrize(
    ("language", "greeting"),
    [
        ("fr", "Bonjour"),
        ("en", "Hello!"),
        ("en-GB", "Hello!"),
        ("de", "Bonjour"),
        (None, "Bonjour"),
    ],
)
async def test_start_greets_in_the_readers_language(
    server: BotServer, language: str | None, greeting: str
) -> None:
    server.user_says(READER, "/start", language)
    assert (await server.next_message()).text.startswith(greeting)


@pytest.mark.parametrize("command", ["/aide", "/help", "/aide@selon_test_bot"])
async def test_help_explains_how_to_ask(server: BotServer, command: str) -> None:
    server.user_says(READER, command)
    assert (await server.next_message()).text.startswith("Écrivez votre question")
    server.user_says(READER, command, "en")
    assert (await server.next_message()).text.startswith("Write your question")


async def test_an_unknown_command_is_told_to_be_one(server: BotServer) -> None:
    server.user_says(READER, "/inconnue")
    assert (await server.next_message()).text.startswith("Je ne connais pas cette commande")
    server.user_says(READER, "/unknown", "en")
    assert (await server.next_message()).text.startswith("I do not know this command")


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


async def test_a_question_gets_a_cited_answer(server: BotServer) -> None:
    server.user_says(READER, QUESTION)
    message = await server.next_message()
    quotes = f"«\u00a0{BIRTH}\u00a0»\u00a0[1]\n«\u00a0{INSTALLED}\u00a0»\u00a0[2]"
    assert message.text.startswith(f"{quotes}\n— Fresnel & les phares, par Anne Le Gall")
    assert [button.text for button in message.buttons] == ["[1]", "[2]", "👍", "👎"]
    (_, link), _, (title, _) = message.links
    assert title == "Fresnel & les phares"
    assert unquote(link).endswith(f"#lentilles:~:text={BIRTH}")
    assert not message.preview


async def test_a_question_in_english_gets_an_english_frame(server: BotServer) -> None:
    server.user_says(READER, QUESTION, "en")
    message = await server.next_message()
    assert message.text.startswith(f"“{BIRTH}”\u00a0[1]\n")
    assert message.text.endswith("\n— Fresnel & les phares, by Anne Le Gall, 1 March 2024")


async def test_a_button_shows_the_whole_passage(server: BotServer) -> None:
    server.user_says(READER, QUESTION)
    answer = await server.next_message()
    query = server.presses(answer, 1)
    passage = await server.next_message()
    assert passage.text.endswith(f"{BIRTH} {LENS} {INSTALLED}")
    assert passage.styled("bold")[-1] == INSTALLED
    assert passage.reply_to == answer.message_id
    assert await server.acknowledged(query) == ""


async def test_a_button_whose_passage_is_gone_says_so(server: BotServer, shelf: Shelf) -> None:
    server.user_says(READER, QUESTION)
    answer = await server.next_message()
    shelf.articles[FRESNEL.id] = article(FRESNEL.text.replace("1788", "1789"))
    server.presses(answer)
    assert "n’est plus dans l’index" in (await server.next_message()).text
    shelf.articles.clear()
    server.presses(answer, language_code="en")
    assert "no longer in the index" in (await server.next_edit()).text
    server.presses(answer, data="bouton:d’avant")
    assert "n’est plus dans l’index" in (await server.next_message()).text


async def test_an_index_that_fails_behind_a_button_is_told_politely(
    server: BotServer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.user_says(READER, QUESTION)
    answer = await server.next_message()
    monkeypatch.setattr(shelf, "articles", None)
    query = server.presses(answer)
    assert "une erreur est survenue" in (await server.next_message()).text
    assert await server.acknowledged(query) == ""


async def test_a_press_that_telegram_finds_too_old_still_shows_the_passage(
    server: BotServer,
) -> None:
    server.user_says(READER, QUESTION)
    answer = await server.next_message()
    server.fail_next("answerCallbackQuery", 400, description="Bad Request: query is too old")
    server.presses(answer)
    assert (await server.next_message()).styled("bold")[-1] == BIRTH


async def test_what_the_articles_do_not_say_is_refused(server: BotServer) -> None:
    server.user_says(READER, "Qui a marché sur Mars ?")
    message = await server.next_message()
    assert message.text.startswith("Je ne sais pas\u00a0: les articles ne le disent pas.")
    assert [title for title, _ in message.links] == ["Fresnel & les phares"]
    assert message.buttons[0].text == "M’avertir quand un article y répond"


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


@pytest.mark.parametrize(
    "question",
    [
        "<b>gras</b> & <script>alert(1)</script> ?",
        "😀🎉👩‍👩‍👧",
        "متى وُلد فرينل؟",
        "'; DROP TABLE articles; -- OR 1=1",
        "%s {0} \\ /aide \u200b",
        "/",
        "é" * QUESTION_LIMIT,
    ],
)
async def test_any_text_is_a_question(server: BotServer, chain: StubChain, question: str) -> None:
    chain.answers[question] = answered(question, cite(1, LIGHT))
    server.user_says(READER, question)
    assert (await server.next_message()).text.startswith(f"«\u00a0{LIGHT}")
    assert chain.questions == [question]


async def test_a_text_too_long_to_be_a_question_is_told_so(
    server: BotServer, chain: StubChain
) -> None:
    server.user_says(READER, "a" * 4096)
    assert f"{QUESTION_LIMIT} caractères au plus" in (await server.next_message()).text
    assert chain.questions == []


async def test_only_text_is_read(server: BotServer) -> None:
    voice = {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}}
    server.user_sends(READER, dict(voice))
    assert "Je ne lis que les messages écrits" in (await server.next_message()).text
    server.user_sends(READER, dict(voice), "en")
    assert "I can only read text" in (await server.next_message()).text


async def test_an_album_is_answered_once(server: BotServer) -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    for _ in range(3):
        server.user_sends(READER, {"photo": photo, "media_group_id": "m"})
    await server.next_message()
    await server.silence()


async def test_service_messages_are_let_pass(server: BotServer, chain: StubChain) -> None:
    server.user_sends(
        READER, {"message_auto_delete_timer_changed": {"message_auto_delete_time": 1}}
    )
    await server.silence()
    assert chain.questions == []


async def test_in_groups_only_commands_are_answered(server: BotServer, chain: StubChain) -> None:
    server.user_says(-7, QUESTION, kind="group")
    server.user_says(-7, "/inconnue", kind="group")
    await server.silence()
    server.user_says(-7, "/aide", kind="group")
    assert (await server.next_message()).chat_id == -7
    assert chain.questions == []


async def test_typing_shows_while_the_answer_is_prepared(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["Lent ?"] = slowly(answered("Lent ?", cite(1, BIRTH)), 0.3)
    server.user_says(READER, "Lent ?")
    await server.called("sendChatAction")
    assert server.messages == ()
    await server.next_message()
    assert set(server.actions) == {(READER, "typing")}


async def test_a_slow_answer_holds_up_nobody_else(server: BotServer, chain: StubChain) -> None:
    chain.answers["Lent ?"] = slowly(answered("Lent ?", cite(1, BIRTH)), 1.0)
    server.user_says(1, "Lent ?")
    await server.called("sendChatAction")
    server.user_says(2, QUESTION)
    assert (await server.next_message()).chat_id == 2
    assert (await server.next_message()).chat_id == 1


async def test_answers_keep_the_order_of_their_questions(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["Lent ?"] = slowly(answered("Lent ?", cite(1, LENS)), 0.3)
    server.user_says(READER, "Lent ?")
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{LENS}")
    assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")


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


async def test_without_an_index_the_person_is_asked_to_come_back(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["Vide ?"] = NoIndex("no-index", shown=".selon")
    for language, told in (("fr", "sont en cours de lecture"), ("en", "still being taken in")):
        server.user_says(READER, "Vide ?", language)
        assert told in (await server.next_message()).text


async def test_who_blocked_the_bot_causes_no_error(
    server: BotServer, chain: StubChain, caplog: pytest.LogCaptureFixture
) -> None:
    chain.answers["Lent ?"] = slowly(answered("Lent ?", cite(1, BIRTH)), 0.2)
    server.user_says(READER, "Lent ?")
    await server.called("sendChatAction")
    server.user_blocks(READER)
    server.user_says(43, QUESTION)
    await server.next_message()
    await asyncio.sleep(0.3)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_telegrams_rate_limit_delays_and_does_not_lose(server: BotServer) -> None:
    server.fail_next("sendMessage", 429, retry_after=1)
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")


async def test_polling_survives_a_fault_of_the_server(
    server: BotServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.fail_next("getUpdates", 502, description="Bad Gateway")
    server.user_says(READER, "/start")
    await server.next_message()
    server.user_says(READER, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
