"""Pictures and files with words on them, and without, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, OTHER, GROUP = 42, 43, -100
QUESTION = "Quand Fresnel est-il né ?"
SECOND = "Où fut installé le premier appareil ?"
ONLY_TEXT = "Je ne lis que les messages écrits\u00a0: posez-moi votre question en toutes lettres."
VOICE: dict[str, object] = {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    chain.answers[SECOND] = answered(SECOND, cite(1, INSTALLED))
    return chain


@pytest_asyncio.fixture
async def server(chain: StubChain) -> AsyncIterator[BotServer]:
    async with BotServer() as server, running(server, chain, Shelf(FRESNEL)):
        yield server


async def test_the_caption_of_a_picture_is_a_question(server: BotServer) -> None:
    server.user_sends_photo(READER, QUESTION)
    assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
    await server.silence()


async def test_an_album_is_answered_once_by_its_caption(server: BotServer) -> None:
    server.user_sends_photo(READER, QUESTION, album="7")
    for _ in range(2):
        server.user_sends_photo(READER, album="7")
    assert (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}")
    await server.silence()


async def test_a_picture_or_voice_that_replies_without_words_is_told_so(server: BotServer) -> None:
    server.user_says(GROUP, f"/demander {QUESTION}", kind="supergroup", person=READER)
    answer = await server.next_message()
    server.user_sends_photo(GROUP, "", "supergroup", person=READER, reply_to=answer)
    assert (await server.next_message()).text == ONLY_TEXT
    server.user_sends(GROUP, {**VOICE}, kind="supergroup", reply_to=answer)
    assert (await server.next_message()).text == ONLY_TEXT
