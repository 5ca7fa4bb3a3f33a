"""Questions and articles on buttons: below a refusal, and where a person begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.answer import Answer
from bot.messenger.outbound import reply
from bot.start_links import question_payload
from bot.state import conversations
from bot.state.conversations import ConversationPlace, NewTurn
from tests.bot.answers import highlighted
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite, refused
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.telegram import Shelf, StubChain

READER, OTHER_READER = 42, 43
OFFERED = "Quand naît Augustin Fresnel\u202f?"
UNSAID = "Quand Augustin Fresnel a-t-il appris à nager ?"
OTHER = replace(FRESNEL, id="ba9876543210", title="Cordouan", url=None, text="Le phare est haut.")


@pytest.fixture
def chain() -> StubChain:
    birth = highlighted(answered(OFFERED, cite(1, BIRTH)), "en 1788")
    return StubChain(
        **{OFFERED: replace(birth, confidence=0.95), UNSAID: refused(UNSAID, FRESNEL, OTHER)}
    )


@pytest.fixture
def articles(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr(reply, "EXAMPLES_SECONDS", 60.0)
    return Shelf(FRESNEL, OTHER)


pytestmark = pytest.mark.usefixtures("bot")


async def test_every_article_of_a_refusal_opens(server: BotServer) -> None:
    refusal = await server.reply_to(READER, UNSAID)
    assert "1. Fresnel & les phares" in refusal.text
    assert "2. Cordouan" in refusal.text
    card = await server.reply_to_press(refusal, "Article 2")
    assert card.text.startswith("Cordouan")
    assert card.labels == ["Lire", "Résumé"]


async def test_a_refusal_offers_a_question_with_an_answer(
    server: BotServer, chain: StubChain
) -> None:
    refusal = await server.reply_to(READER, UNSAID)
    pressed = server.presses(refusal, OFFERED)
    answer = await server.next_message()
    assert answer.text.startswith(f"{OFFERED}\n\n«\u00a0{BIRTH}")
    assert await server.acknowledged(pressed) == ""
    again = server.presses(refusal, OFFERED)
    assert await server.acknowledged(again) == "C’est affiché plus bas."
    assert BIRTH in (await server.reply_to(READER, "/sources")).text


async def test_a_person_begins_with_an_answered_question(server: BotServer) -> None:
    for command in ("/start", "/aide", "/demander"):
        shown = await server.reply_to(READER, command)
        assert shown.labels == [OFFERED]
    assert BIRTH in (await server.reply_to_press(shown)).text


@pytest.mark.parametrize("answer", [refused(OFFERED, FRESNEL), answered(OFFERED, cite(1, BIRTH))])
async def test_what_is_not_certain_is_not_offered(
    server: BotServer, chain: StubChain, answer: Answer
) -> None:
    chain.answers[OFFERED] = answer
    for message in (UNSAID, "/start", "/aide"):
        shown = await server.reply_to(READER, message)
        assert OFFERED not in shown.labels


async def test_an_example_is_in_the_reader_s_language_or_in_english(
    server: BotServer, chain: StubChain
) -> None:
    english = "Who is Augustin Fresnel?"
    chain.answers[english] = replace(chain.answers[OFFERED], question=english)
    for person, language in ((READER, "en"), (OTHER_READER, "es")):
        assert (await server.reply_to(person, "/start", language)).labels == [english]


async def test_a_link_asks_its_question_or_that_of_a_page(server: BotServer) -> None:
    answer = await server.reply_to(READER, f"/start {question_payload(OFFERED)}")
    assert answer.text.startswith(f"{OFFERED}\n\n«\u00a0{BIRTH}")
    assert OFFERED in (await server.reply_to(READER, "/sources")).text
    with open_session() as session:
        now, place = datetime.now(UTC), ConversationPlace(OTHER_READER, 0, OTHER_READER)
        turn = NewTurn(OFFERED, {}, [], True, 0.9, "g", key="Ab_-1234567890abcdefgh")
        conversations.add_turn(session, place, turn, now, timedelta(hours=1))
    answer = await server.reply_to(READER, "/start kAb_-1234567890abcdefgh")
    assert answer.text.startswith(f"{OFFERED}\n\n«\u00a0{BIRTH}")
    for payload in ("q----", "k0123", "n’importe quoi"):
        said = await server.reply_to(READER, f"/start {payload}")
        assert said.text.startswith("Je n’ai pas su lire la question de ce lien.")
        assert said.labels == [OFFERED]
