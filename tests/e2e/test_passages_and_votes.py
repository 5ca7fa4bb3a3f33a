"""What people do with an answer, over HTTP: read around it, ask for more, say what they think."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.state.database import open_state, state_url
from bot.state.tables import VoteRow
from index.article import Article
from tests.bot.answers import highlighted
from tests.bot.messenger.samples import BIRTH, FRESNEL, LIGHT, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, OTHER = 42, 43
QUESTION = "Quand Fresnel est-il né ?"
PARAGRAPH = "Le feu {} se voit de très loin par temps clair, disent les gardiens du port. " * 12


def long_article() -> Article:
    text = "\n\n".join(
        PARAGRAPH.replace("{}", number).strip() for number in ("un", "deux", "trois")
    )
    return replace(FRESNEL, id="ba9876543210", title="Trois feux", text=text, sections=())


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(FRESNEL, long_article())


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    answer = answered(QUESTION, cite(1, BIRTH))
    chain.answers[QUESTION] = replace(answer, further=(cite(2, LIGHT),))
    return chain


@pytest_asyncio.fixture
async def server(chain: StubChain, shelf: Shelf) -> AsyncIterator[BotServer]:
    async with BotServer() as server, running(server, chain, shelf):
        yield server


def _vote(data_dir: Path, turn: int = 1, person: int = READER) -> VoteRow | None:
    state = open_state(state_url(None, data_dir))
    with state.session() as session:
        mine = select(VoteRow).where(VoteRow.turn_id == turn, VoteRow.person_id == person)
        row = session.scalars(mine).first()
    state.close()
    return row


async def test_what_may_not_answer_says_so_and_offers_to_tell(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers[QUESTION] = replace(highlighted(chain.answers[QUESTION], "1788"), doubtful=True)
    server.user_says(READER, QUESTION)
    shown = await server.next_message()
    assert shown.text.startswith(
        "❔ Je n’en suis pas sûr\u202f; le plus proche dans les articles\u00a0:\n\n«\u00a0" + BIRTH
    )
    assert shown.styled("bold") == ()
    assert [button.text for button in shown.buttons] == [
        "M’avertir quand un article y répond",
        "Passage",
        "Plus",
        "👍",
        "👎",
    ]
    server.user_says(READER, "/sources")
    assert BIRTH in (await server.next_message()).text


async def test_another_chat_s_answer_is_not_shown_by_a_forged_button(server: BotServer) -> None:
    server.user_says(READER, QUESTION)
    await server.next_message()
    server.user_says(OTHER, QUESTION)
    mine = await server.next_message()
    server.presses(mine, 1, data="m:1")
    assert "n’est plus gardée" in (await server.next_message()).text


async def test_an_article_is_walked_through_in_one_message(server: BotServer) -> None:
    server.user_says(READER, "/article ba9876543210")
    card = await server.next_message()
    assert [button.text for button in card.buttons] == ["Lire", "Résumé", "Ouvrir en ligne"]
    server.presses(card)
    first = await server.next_message()
    assert "Le feu un" in first.text
    assert first.reply_to == card.message_id
    assert [button.text for button in first.buttons] == ["›"]
    server.presses(first)
    second = await server.next_edit()
    assert "Le feu deux" in second.text
    assert "passage 2 sur 3" in second.styled("italic")[0]
    assert [button.text for button in second.buttons] == ["‹", "›"]
    server.presses(second, 0)
    assert "Le feu un" in (await server.next_edit()).text


async def test_a_page_turned_twice_at_once_is_edited_once(server: BotServer) -> None:
    server.user_says(READER, "/article ba9876543210")
    server.presses(await server.next_message())
    first = await server.next_message()
    for query in [server.presses(first) for _ in range(3)]:
        await server.acknowledged(query)
    assert "Le feu deux" in (await server.next_edit()).text
    await server.silence()
    assert [name for name, _ in server.calls].count("editMessageText") == 1


@pytest.mark.parametrize(
    ("language", "told"), [("fr", "C’est affiché plus bas."), ("en", "It is shown below.")]
)
async def test_a_button_pressed_thrice_shows_its_passage_once(
    server: BotServer, language: str, told: str
) -> None:
    server.user_says(READER, "/article ba9876543210", language)
    card = await server.next_message()
    pressed = [server.presses(card, 0, language) for _ in range(3)]
    passage = await server.next_message()
    assert [await server.acknowledged(each) for each in pressed] == ["", told, told]
    await server.silence()
    assert card in server.messages  # as it was
    server.user_deletes(passage)
    server.presses(card, 0, language)
    assert (await server.next_message()).text == passage.text


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        (
            "fr",
            "Quelle réponse attendiez-vous, ou de quel article\u202f? Répondez à ce message pour "
            "me le dire.",
        ),
        (
            "en",
            "What answer did you expect, or from which article? Reply to this message to tell me.",
        ),
    ],
)
async def test_a_bad_vote_on_a_refusal_is_asked_what_was_expected(
    server: BotServer, tmp_path: Path, language: str, asked: str
) -> None:
    server.user_says(READER, "Qui a marché sur Mars ?", language)
    refusal = await server.next_message()
    bad = next(each for each in refusal.buttons if each.text == "👎")
    pressed = [server.presses(refusal, bad, language) for _ in range(2)]
    why = await server.next_message()
    assert (why.text, why.buttons) == (asked, ())
    assert await server.acknowledged(pressed[1]) in {
        "C’est affiché plus bas.",
        "It is shown below.",
    }
    await server.silence()
    server.user_says(READER, "Le livre de Jules Verne.", language, reply_to=why)
    await server.next_message()
    kept = _vote(tmp_path / "data")
    assert kept is not None
    assert (kept.good, kept.reason, kept.comment) == (False, None, "Le livre de Jules Verne.")


async def test_a_bad_vote_is_asked_why_and_may_be_explained(
    server: BotServer, tmp_path: Path
) -> None:
    server.user_says(READER, QUESTION)
    answer = await server.next_message()
    server.presses(answer, 3)
    why = await server.next_message()
    reasons = [button.text for button in why.buttons]
    assert reasons == ["C’est faux", "Hors sujet", "Incomplet", "Mauvaise source"]
    server.presses(why, 2)
    noted = await server.next_edit()
    assert noted.text.startswith("C’est noté")
    assert noted.buttons == ()
    server.user_says(READER, "Il manque son lieu de naissance.", reply_to=noted)
    assert (await server.next_message()).text == "Votre remarque est gardée, merci."
    kept = _vote(tmp_path / "data")
    assert kept is not None
    assert (kept.good, kept.reason) == (False, "incomplete")
    assert kept.comment == "Il manque son lieu de naissance."


async def test_forged_and_outdated_buttons_do_no_harm(server: BotServer) -> None:
    server.user_says(READER, QUESTION)
    answer = await server.next_message()
    for data in ("v:999:1", "r:999:wrong", "n:999", "m:999", "x:999", "w:1:2"):
        await server.acknowledged(server.presses(answer, 0, data=data))
        server.user_says(READER, QUESTION)
        while not (await server.next_message()).text.startswith(f"«\u00a0{BIRTH}"):
            pass
