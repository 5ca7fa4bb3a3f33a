"""What people do with an answer, over HTTP: read around it, ask for more, say what they think."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.refusal import lower
from tests.bot.answers import highlighted
from tests.bot.messenger.samples import BIRTH, FRESNEL, LIGHT, answered, article, cite
from tests.botapi.server import BotServer
from tests.e2e.database import vote_of
from tests.e2e.telegram import ANSWER, QUESTION, Shelf, StubChain, settled, spaced

READER, OTHER, GROUP = 42, 43, -100
GOOD, BAD, LOVE = "👍", "👎", "❤"
BELOW = "C’est affiché plus bas."
PARAGRAPH = "Le feu {} se voit de très loin par temps clair, disent les gardiens du port. " * 12
LONG = "\n\n".join(PARAGRAPH.replace("{}", word).strip() for word in ("un", "deux", "trois"))

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def articles() -> Shelf:
    return Shelf(FRESNEL, article(LONG, id="ba9876543210", title="Trois feux"))


@pytest.fixture
def chain() -> StubChain:
    answer = answered(QUESTION, cite(1, BIRTH))
    return StubChain(**{QUESTION: replace(answer, further=(cite(2, LIGHT),))})


async def test_a_doubtful_answer_says_so_and_offers_news(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers[QUESTION] = lower(highlighted(chain.answers[QUESTION], "1788"))
    shown = await server.reply_to(READER, QUESTION)
    assert shown.text.startswith("❔ Le plus proche dans les articles\u00a0:\n\n«\u00a0" + BIRTH)
    assert shown.styled("bold") == ()
    alert = "M’avertir quand un article y répond"
    assert shown.labels == ["Passage", "Plus", "Garder", alert, "👍 Utile", "👎 Pas utile"]
    assert BIRTH in (await server.reply_to(READER, "/sources")).text


async def test_an_article_is_walked_through_in_one_message(server: BotServer) -> None:
    card = await server.reply_to(READER, "/article ba9876543210")
    assert card.labels == ["Lire", "Résumé", "Ouvrir en ligne"]
    pressed = [server.presses(card) for _ in range(3)]
    first = await server.next_message()
    assert [await server.acknowledged(press) for press in pressed] == ["", BELOW, BELOW]
    await server.silence()
    assert card in server.messages  # as it was
    assert "Le feu un" in first.text
    assert first.reply_to == card.message_id
    assert first.labels == ["Suite ›"]
    for query in [server.presses(first) for _ in range(3)]:
        await server.acknowledged(query)
    second = await server.next_edit()
    assert "Le feu deux" in second.text
    assert "passage 2 sur 3" in second.styled("italic")[0]
    assert second.labels == ["‹ Retour", "Suite ›"]
    await server.silence()
    server.presses(second, 0)
    assert "Le feu un" in (await server.next_edit()).text
    server.user_deletes(second)
    assert (await server.reply_to_press(card)).text == first.text


async def test_two_people_who_press_at_once_are_shown_one_passage(server: BotServer) -> None:
    answer = await server.reply_to(GROUP, f"/demander {QUESTION}", kind="supergroup", person=READER)
    server.hold_next("sendMessage", 0.5, done=True)
    pressed = [server.presses(answer, "Passage", person=person) for person in (READER, OTHER)]
    assert {await server.acknowledged(press) for press in pressed} == {"", BELOW}
    await server.next_message()
    await server.silence()


async def test_a_bad_vote_on_a_refusal_is_asked_what_was_expected(server: BotServer) -> None:
    refusal = await server.reply_to(READER, "Qui a marché sur Mars ?")
    pressed = [server.presses(refusal, "👎 Pas utile") for _ in range(2)]
    why = await server.next_message()
    assert spaced(why.text) == (
        "Quelle réponse attendiez-vous, ou de quel article ? Répondez à ce message pour me le dire."
    )
    assert why.buttons == ()
    assert await server.acknowledged(pressed[1]) == BELOW
    await server.silence()
    await server.reply_to(READER, "Le livre de Jules Verne.", reply_to=why)
    kept = vote_of(READER)
    assert kept is not None
    assert (kept.good, kept.reason, kept.comment) == (False, None, "Le livre de Jules Verne.")


async def test_a_bad_vote_is_asked_why_and_may_be_explained(server: BotServer) -> None:
    answer = await server.reply_to(READER, QUESTION)
    why = await server.reply_to_press(answer, "👎 Pas utile")
    assert why.labels == ["C’est faux", "Hors sujet", "Incomplet", "Mauvaise source"]
    server.presses(why, "Incomplet")
    noted = await server.next_edit()
    assert noted.text.startswith("C’est noté")
    assert noted.buttons == ()
    thanks = await server.reply_to(READER, "Il manque son lieu de naissance.", reply_to=noted)
    assert thanks.text == "Votre remarque est gardée, merci."
    kept = vote_of(READER)
    assert kept is not None
    assert (kept.good, kept.reason) == (False, "incomplete")
    assert kept.comment == "Il manque son lieu de naissance."


async def test_forged_and_outdated_buttons_do_no_harm(server: BotServer) -> None:
    answer = await server.reply_to(READER, QUESTION)
    theirs = await server.reply_to(OTHER, QUESTION)
    assert "n’est plus gardée" in (await server.reply_to_press(theirs, 1, data="m:1")).text
    for data in ("v:999:1", "r:999:wrong", "n:999", "m:999", "x:999", "w:1:2"):
        await server.acknowledged(server.presses(answer, 0, data=data))
        server.user_says(READER, QUESTION)
        while not (await server.next_message()).text.startswith(ANSWER):
            pass
    for data in (" ", "p:", "w:::", "v:1:2", "\0", "é" * 20, "forget:maybe"):
        assert "n’est plus" in (await server.reply_to_press(answer, 0, data=data)).text, data


# Reactions are votes


async def _kept(updates: int, person: int = READER) -> bool | None:
    """The vote that is kept once so many updates are dealt with."""
    await settled(updates)
    vote = vote_of(person)
    return None if vote is None else vote.good


async def test_a_reaction_votes_in_silence_and_is_taken_back_with_it(server: BotServer) -> None:
    answer = await server.reply_to(READER, QUESTION)
    server.user_reacts(answer, GOOD)
    assert await _kept(2) is True
    server.user_reacts(answer, BAD)
    assert await _kept(3) is False
    server.user_reacts(answer, LOVE)
    assert await _kept(4) is None
    server.user_reacts(answer, LOVE, BAD)
    assert await _kept(5) is False
    server.user_reacts(answer)
    assert await _kept(6) is None
    await server.silence()


async def test_everybody_in_a_group_votes_once_where_the_bot_is_told(server: BotServer) -> None:
    answer = await server.reply_to(GROUP, f"/demander {QUESTION}", kind="supergroup", person=READER)
    server.user_reacts(answer, GOOD, person=OTHER, kind="supergroup")
    assert await _kept(1, OTHER) is None
    server.bot_is_administrator(GROUP)
    server.user_reacts(answer, GOOD, person=READER, kind="supergroup", anonymous=True)
    server.user_reacts(answer, BAD, person=READER, kind="supergroup")
    server.user_reacts(answer, GOOD, BAD, person=OTHER, kind="supergroup")
    assert await _kept(4) is False
    assert await _kept(4, OTHER) is False
    await server.silence()
