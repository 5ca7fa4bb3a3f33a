"""Questions and articles on buttons: below a refusal, and where a person begins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.answer import Answer
from tests.bot.answers import highlighted
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite, refused
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER = 42
OFFERED = "Quand naît Augustin Fresnel\u202f?"
UNSAID = "Quand Augustin Fresnel a-t-il appris à nager ?"
OTHER = replace(FRESNEL, id="ba9876543210", title="Cordouan", url=None, text="Le phare est haut.")


@pytest.fixture
def chain() -> StubChain:
    birth = highlighted(answered(OFFERED, cite(1, BIRTH)), "en 1788")
    return StubChain(
        **{OFFERED: replace(birth, confidence=0.95), UNSAID: refused(UNSAID, FRESNEL, OTHER)}
    )


@pytest_asyncio.fixture
async def server(chain: StubChain) -> AsyncIterator[BotServer]:
    async with BotServer() as server, running(server, chain, Shelf(FRESNEL, OTHER)):
        yield server


async def test_every_article_of_a_refusal_opens(server: BotServer) -> None:
    server.user_says(READER, UNSAID)
    refusal = await server.next_message()
    assert "1. Fresnel & les phares" in refusal.text
    assert "2. Cordouan" in refusal.text
    numbers = [at for at, each in enumerate(refusal.buttons) if each.text in ("1", "2")]
    server.presses(refusal, numbers[1])
    card = await server.next_message()
    assert card.text.startswith("Cordouan")
    assert [each.text for each in card.buttons] == ["Lire", "Résumé"]


async def test_a_refusal_offers_a_question_that_the_articles_answer(
    server: BotServer, chain: StubChain
) -> None:
    server.user_says(READER, UNSAID)
    refusal = await server.next_message()
    at = [each.text for each in refusal.buttons].index(OFFERED)
    pressed = server.presses(refusal, at)
    answer = await server.next_message()
    assert answer.text.startswith(f"{OFFERED}\n\n«\u00a0{BIRTH}")
    assert await server.acknowledged(pressed) == ""
    again = server.presses(refusal, at)
    assert await server.acknowledged(again) == "C’est affiché plus bas."
    server.user_says(READER, "/sources")
    assert BIRTH in (await server.next_message()).text


@pytest.mark.parametrize("answer", [refused(OFFERED, FRESNEL), answered(OFFERED, cite(1, BIRTH))])
async def test_what_is_not_certain_is_not_offered(
    server: BotServer, chain: StubChain, answer: Answer
) -> None:
    chain.answers[OFFERED] = answer
    for message in (UNSAID, "/start", "/aide"):
        server.user_says(READER, message)
        shown = await server.next_message()
        assert OFFERED not in [each.text for each in shown.buttons]


@pytest.mark.parametrize("command", ["/start", "/aide", "/demander"])
async def test_a_person_begins_with_a_question_that_is_answered(
    server: BotServer, command: str
) -> None:
    server.user_says(READER, command)
    shown = await server.next_message()
    assert [each.text for each in shown.buttons] == [OFFERED]
    server.presses(shown)
    assert BIRTH in (await server.next_message()).text
