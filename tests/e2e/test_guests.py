"""Guest queries: the bot is mentioned in a chat that it is no member of."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from index.ingestion.builder import build
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from tests.bot.messenger.samples import BIRTH, LENS
from tests.botapi.server import BotServer
from tests.e2e.database import all_rows
from tests.e2e.telegram import QUESTION, StubChain, running, settled, spaced

ADMIN, READER, STRANGER, GROUP = 1, 42, 9, -100
CLAIMS = "Augustin Fresnel naît à Broglie en 1798. Il conçoit en 1822 une lentille."
ARTICLE = f"""---
title: Fresnel et les phares
outlet: Le Phare
published: 2024-03-01
url: https://exemple.fr/phares
language: fr
---

{BIRTH} {LENS}
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, bundled: Embedder) -> LiveIndex:
    folder = tmp_path_factory.mktemp("guests")
    (folder / "phares.md").write_text(ARTICLE, encoding="utf-8")
    build([folder / "phares.md"], folder / "index", bundled)
    return LiveIndex(folder / "index", bundled, ConfidenceModel.load())


@pytest_asyncio.fixture
async def bot(server: BotServer, chain: StubChain, index: LiveIndex) -> AsyncIterator[None]:
    async with running(server, chain, index=index):
        yield


async def posted(server: BotServer, query: str) -> str:
    return spaced((await server.guest_answer(query)).message.text)


@pytest.mark.usefixtures("bot")
async def test_what_articles_say_of_a_claim_is_quoted_sentence_by_sentence(
    server: BotServer,
) -> None:
    for claim, heading in (
        ("C’est en 1788 qu’Augustin Fresnel naît à Broglie.", "Ce qu’en disent les articles :"),
        ("Augustin Fresnel naît à Broglie en 1798.", "Ce qu’en disent les articles :"),
        (BIRTH, "Mot pour mot dans « Fresnel et les phares » :"),
        ("Le pont de Millau a été inauguré en décembre 2004.", "Je ne sais pas"),
    ):
        query = server.user_asks_as_guest(READER, "c’est vrai ?", f"Incroyable ! {claim}")
        text = await posted(server, query)
        assert text.startswith(heading), claim
        if heading.endswith(":"):
            assert "\n— Fresnel et les phares, Le Phare, 1er mars 2024" in text
            assert BIRTH + " » [1]" in text
    query = server.user_asks_as_guest(READER, "?", f"{CLAIMS} Et alors ?", quote=CLAIMS)
    text = await posted(server, query)
    assert "« Augustin Fresnel naît à Broglie en 1798. »\n\nCe qu’en disent les articles :" in text


@pytest.mark.usefixtures("bot")
async def test_a_question_may_refer_to_the_message(server: BotServer, chain: StubChain) -> None:
    query = server.user_asks_as_guest(READER, QUESTION, "Fresnel est un génie.", group=GROUP)
    assert BIRTH in await posted(server, query)
    assert chain.said[-1].replied_turn is not None
    assert chain.said[-1].replied_turn.question == "Fresnel est un génie."
    query = server.user_asks_as_guest(READER, "vrai ?", QUESTION)
    assert BIRTH in await posted(server, query)
    alone = server.user_asks_as_guest(READER, "", language_code="en")
    assert "is that true" in await posted(server, alone)
    assert server.messages == ()  # nothing is said in chats that the bot is no member of


@pytest.mark.usefixtures("bot")
async def test_nothing_of_a_guest_is_kept(server: BotServer) -> None:
    await posted(server, server.user_asks_as_guest(READER, "c’est vrai ?", CLAIMS))
    await posted(server, server.user_asks_as_guest(READER, QUESTION))
    await settled(2)
    kept = all_rows()
    assert {"updates"} <= {table for table, _ in kept}
    assert not {"people", "conversations"} & {table for table, _ in kept}
    assert CLAIMS not in str(kept)
    assert QUESTION not in str(kept)


@pytest.mark.usefixtures("bot")
async def test_members_get_the_same_with_buttons_below(server: BotServer, chain: StubChain) -> None:
    claimed = server.user_says(GROUP, CLAIMS, kind="supergroup", person=STRANGER)
    who = {"kind": "supergroup", "person": READER}
    answer = await server.reply_to(GROUP, "@selon_test_bot vrai ?", reply_to=claimed, **who)
    assert spaced(answer.text).count("Ce qu’en disent les articles") == 2
    assert [mark for mark in ("[1]", "[2]") if mark in answer.text] == ["[1]", "[2]"]
    assert "👍 Utile" in answer.labels
    assert chain.questions == []


async def test_strangers_and_forbidden_groups_get_one_sentence(
    server: BotServer, chain: StubChain, index: LiveIndex
) -> None:
    listed = {"access": "list", "admins": (ADMIN,), "allowed_users": (READER,)}
    async with running(server, chain, index=index, **listed):
        for group in (None, GROUP):
            query = server.user_asks_as_guest(STRANGER, QUESTION, group=group)
            assert "personnes autorisées" in await posted(server, query)
        assert BIRTH in await posted(server, server.user_asks_as_guest(READER, QUESTION))
        await server.reply_to(ADMIN, f"/interdire {GROUP}")
        query = server.user_asks_as_guest(READER, QUESTION, group=GROUP)
        assert "personnes autorisées" in await posted(server, query)
    assert chain.questions == [QUESTION]


async def test_who_asks_too_often_is_told_once(server: BotServer, index: LiveIndex) -> None:
    async with running(server, index=index, question_burst=2):
        for _ in range(2):
            assert BIRTH in await posted(server, server.user_asks_as_guest(READER, QUESTION))
        over = server.user_asks_as_guest(READER, QUESTION)
        assert BIRTH not in await posted(server, over)
        silent = server.user_asks_as_guest(READER, QUESTION)
        await settled(4)
    assert silent in server.guest_queries


@pytest.mark.usefixtures("bot")
async def test_an_error_is_told_and_a_late_answer_given_up(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["Pourquoi ce phare ?"] = ValueError("x")
    query = server.user_asks_as_guest(READER, "Pourquoi ce phare ?")
    assert "une erreur est survenue" in await posted(server, query)
    server.fail_next("answerGuestQuery", 400, description="Bad Request: query is too old")
    late = server.user_asks_as_guest(READER, QUESTION)
    await server.called("answerGuestQuery", 2)
    server.fail_next("answerGuestQuery")  # Telegram is asked again
    again = server.user_asks_as_guest(READER, QUESTION)
    assert BIRTH in await posted(server, again)
    assert late in server.guest_queries
    assert server.messages == ()
