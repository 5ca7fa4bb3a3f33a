"""The Telegram bot from end to end: the real application and client over HTTP."""

from __future__ import annotations

import pytest

from tests.bot.messenger.samples import answered, article, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import ANSWER, QUESTION, StubChain
from tests.e2e.test_anything import VOICE

READER, GROUP = 42, -100
ONLY_TEXT = "Je ne lis que les messages écrits\u00a0: posez-moi votre question en toutes lettres."

pytestmark = pytest.mark.usefixtures("bot")


async def test_start_greets_in_the_readers_language(server: BotServer) -> None:
    languages = {"fr": "Bonjour", "en": "Hello!", "en-GB": "Hello!", "de": "Bonjour"}
    for number, (language, greeting) in enumerate([*languages.items(), (None, "Bonjour")]):
        welcome = await server.reply_to(READER + number, "/start", language)
        assert welcome.text.startswith(greeting)


async def test_an_unknown_command_is_told_to_be_one(server: BotServer) -> None:
    told = await server.reply_to(READER, "/inconnue")
    assert told.text.startswith("Je ne connais pas cette commande")


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


async def test_the_caption_of_a_picture_or_an_album_is_answered_once(server: BotServer) -> None:
    server.user_sends_photo(READER, QUESTION)
    assert (await server.next_message()).text.startswith(ANSWER)
    await server.silence()
    server.user_sends_photo(READER, QUESTION, album="7")
    for _ in range(2):
        server.user_sends_photo(READER, album="7")
    assert (await server.next_message()).text.startswith(ANSWER)
    await server.silence()


async def test_a_picture_or_voice_that_replies_without_words_is_told_so(server: BotServer) -> None:
    answer = await server.reply_to(GROUP, f"/demander {QUESTION}", kind="supergroup", person=READER)
    server.user_sends_photo(GROUP, "", "supergroup", person=READER, reply_to=answer)
    assert (await server.next_message()).text == ONLY_TEXT
    server.user_sends(GROUP, {"voice": VOICE}, kind="supergroup", reply_to=answer)
    assert (await server.next_message()).text == ONLY_TEXT


async def test_every_source_has_a_button_and_the_votes_a_row_of_their_own(
    server: BotServer, chain: StubChain
) -> None:
    sentences = [f"Phrase {number}." for number in range(1, 21)]
    source = article(" ".join(sentences))
    cited = [cite(number, text, source) for number, text in enumerate(sentences, 1)]
    chain.answers["Tout ?"] = answered("Tout ?", *cited)
    answer = await server.reply_to(READER, "Tout ?")
    assert answer.labels == [
        *(f"Passage {number}" for number in range(1, 21)),
        "Document",
        "Garder",
        "👍 Utile",
        "👎 Pas utile",
    ]
    assert len(answer.keyboard[-1]) == 2
