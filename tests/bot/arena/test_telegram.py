"""The arena on Telegram, over HTTP: blind, in both languages, in groups, through crashes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from bot.answer import Answer, Statement
from bot.answering.chain import RetrievalQA
from bot.arena import battle_records as battles
from bot.arena.arena import Arena, Contender
from bot.arena.battle_records import BattleSide, BattleVoteRecord
from bot.arena.feature import ArenaFeature
from bot.followups.candidates import Interpretation
from bot.followups.turn import TurnText
from bot.llm.model_answerer import CountedAnswer
from bot.messenger.running import application
from index.findings import Findings
from tests.bot.arena.samples import new_battle
from tests.bot.messenger.samples import BIRTH, FRESNEL, LENS, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.telegram import Shelf, StubChain, running, settled

READER, OTHER, GROUP = 42, 43, -100
QUESTION = "Quand Fresnel est-il né ?"
QUOTED = answered(QUESTION, cite(1, BIRTH))
WRITTEN = replace(
    answered(QUESTION, cite(1, BIRTH), cite(2, LENS)),
    statements=(
        Statement("Fresnel est né en 1788.", (1,), (0, 7)),
        Statement("Il a conçu une lentille.", (2,)),
    ),
    chosen_by="openai:petit",
)


class Retrieval:
    """Finds nothing in particular for any question; the writers of these tests do not mind."""

    async def find(self, question: str) -> Findings:
        return Findings(question, "fr", (), 0.9)


class Writer:
    """Writes what it is told to, after so many seconds."""

    def __init__(self, answer: Answer, micros: int | None = 0, seconds: float = 0.0) -> None:
        self.answer, self.micros, self.seconds = answer, micros, seconds
        self.asked, self.begun = 0, asyncio.Event()

    async def write(self, findings: Findings) -> CountedAnswer:
        self.asked += 1
        self.begun.set()
        await asyncio.sleep(self.seconds)
        return CountedAnswer(replace(self.answer, question=findings.question), self.micros)


class Ground:
    """An arena of two writers, and what its tests change of them."""

    def __init__(self) -> None:
        self.quoting, self.writing = Writer(QUOTED), Writer(WRITTEN, 1_200)
        self.arena = self.of(1.0)

    def of(self, seconds: float, **more: Writer) -> Arena:
        async def understand(said: TurnText) -> Interpretation:
            return Interpretation(said.question)

        writers = {"extractive": self.quoting, "openai:petit": self.writing, **more}
        contenders = [Contender(name, None, writer.write) for name, writer in writers.items()]
        retrieval = cast("RetrievalQA", Retrieval())
        return Arena(contenders, understand, retrieval, lambda: "g", seconds)


@pytest.fixture
def ground() -> Ground:
    return Ground()


@pytest.fixture
def start(server: BotServer, ground: Ground) -> Callable[..., Any]:
    @asynccontextmanager
    async def start(**settings: object) -> AsyncIterator[StubChain]:
        chain = StubChain()
        chain.answers[QUESTION] = QUOTED
        async with running(
            server, chain, Shelf(FRESNEL), features=[ArenaFeature(ground.arena)], **settings
        ):
            yield chain

    return start


@pytest_asyncio.fixture
async def bot(start: Callable[..., Any]) -> AsyncIterator[None]:
    async with start():
        yield


def votes() -> list[BattleVoteRecord]:
    with open_session() as session:
        return battles.load_votes(session)


def cast_forty_votes(session: Session) -> None:
    """Forty people, of whom four asked in English, have preferred the articles' sentences."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for number in range(40):
        language = "en" if number < 4 else "fr"
        new = new_battle(number, question=f"Question {number} ?", language=language)
        battle = battles.save_battle(session, new, yesterday)
        battles.cast_battle_vote(session, battle, 1_000 + number, "first", yesterday)


def _in_group(server: BotServer, words: str, person: int = READER) -> int:
    return server.user_says(GROUP, words, kind="supergroup", person=person)


@pytest.mark.usefixtures("bot")
async def test_answers_are_shown_alike_revealed_and_the_vote_taken_back(server: BotServer) -> None:
    shown = await server.reply_to(READER, f"/arene {QUESTION}")
    first, _, second = shown.text.partition("Réponse B")
    assert first.startswith("Réponse A\n")
    assert {BIRTH in first, BIRTH in second} == {True, False}
    assert {"né en 1788" in first, "né en 1788" in second} == {True, False}
    for side in (first, second):
        assert "«" not in side  # a quote has no marks that what is written has not
        assert "Fresnel & les phares, par Anne Le Gall" in side
    for telltale in ("petit", "openai", "extractive", "Phrases des articles", "rédig"):
        assert telltale not in shown.text
    assert shown.labels == ["Réponse A", "Réponse B", "Les deux conviennent", "Aucune ne convient"]
    revealed = await server.reply_to_press(shown, 1)
    for told in ("Phrases des articles (", "gratuit", "openai:petit (", "0,0012"):
        assert told in revealed.text
    assert (await server.next_edit()).buttons == ()
    (vote,) = votes()
    assert vote.choice == "second"
    assert "openai:petit" in {vote.battle.first.writer, vote.battle.second.writer}

    assert revealed.labels == ["↩️ Reprendre mon vote"]
    server.presses(revealed, 0)
    assert "Votre vote est repris" in (await server.next_edit()).text
    await server.acknowledged(server.presses(shown, 1))
    assert "Vous avez déjà voté" in (await server.next_message()).text
    assert votes() == []


@pytest.mark.usefixtures("bot")
async def test_in_a_group_everybody_votes_once_and_alone_sees_the_names(server: BotServer) -> None:
    number = _in_group(server, f"/arene {QUESTION}")
    shown = await server.next_message()
    assert shown.reply_to == number
    for choice, person in enumerate((READER, OTHER)):
        told = await server.acknowledged(server.presses(shown, choice, person=person))
        assert "openai:petit" in told
        assert "Phrases des articles" in told
    again = await server.acknowledged(server.presses(shown, 1, person=READER))
    assert again.startswith("Vous avez déjà voté.")
    await server.silence()
    assert [vote.choice for vote in votes()] == ["first", "second"]
    assert len({vote.voter for vote in votes()}) == 2
    assert not any("petit" in message.text for message in server.messages)
    assert len(shown.buttons) == 5
    back = await server.acknowledged(server.presses(shown, 4, person=OTHER))
    assert back == "Votre vote est repris\u202f; il ne compte pas."
    assert [vote.choice for vote in votes()] == ["first"]


@pytest.mark.parametrize("slow", ["quoting", "writing"])
async def test_a_writer_that_hangs_is_not_given_away(
    server: BotServer, ground: Ground, start: Callable[..., Any], slow: str
) -> None:
    getattr(ground, slow).seconds = 3_600.0
    ground.arena = ground.of(0.2)
    async with start():
        server.user_says(READER, f"/arene {QUESTION}")
        told = [await server.next_message(), await server.next_message()]
    assert "Une des deux réponses n’est pas venue" in told[0].text
    for message in told:
        assert not message.buttons
        assert "petit" not in message.text


async def test_a_crash_between_the_two_answers_begins_again_and_shows_both(
    server: BotServer,
    ground: Ground,
    start: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(application, "GRACE_SECONDS", 0.1)
    ground.writing.seconds = 3_600.0  # the other one is whole
    ground.arena = ground.of(600.0)
    async with start():
        server.user_says(READER, f"/arene {QUESTION}")
        await asyncio.wait_for(ground.writing.begun.wait(), 60)
    assert not server.messages
    ground.writing.seconds = 0.0
    async with start():
        shown = await server.next_message()
        assert shown.text.startswith("Réponse A")
        assert "Réponse B" in shown.text
        await settled()
        await server.silence()
    assert len(server.messages) == 1
    assert ground.writing.asked == 2


async def test_what_was_kept_before_a_crash_is_shown_as_it_was(
    server: BotServer, ground: Ground, start: Callable[..., Any]
) -> None:
    async with start():
        await server.reply_to(READER, "/arene")
    number = server.user_says(READER, f"/arene {QUESTION}")
    first, second = BattleSide("openai:petit", "À Broglie."), BattleSide("extractive", "En 1788.")
    messages = ("Réponse A : né à Broglie.", "Réponse B : en 1788.")
    person = {"person_id": READER, "chat_id": READER}
    kept = new_battle(number, first=first, second=second, messages=messages, **person)
    with open_session() as session:
        battles.save_battle(session, kept, datetime.now(UTC))
    async with start():
        told = [await server.next_message(), await server.next_message()]
        await server.reply_to_press(told[1], 0)
    assert tuple(message.text for message in told) == kept.messages
    assert not told[0].buttons
    assert ground.quoting.asked == ground.writing.asked == 0
    assert [vote.battle.first.writer for vote in votes()] == ["openai:petit"]


async def test_standings_are_shown(server: BotServer, start: Callable[..., Any]) -> None:
    async with start():
        assert "Personne n’a encore voté" in (await server.reply_to(READER, "/classement")).text
        with open_session() as session:
            cast_forty_votes(session)
        _in_group(server, "/classement")
        table = await server.next_message()
    for told in (
        *("1. Phrases des articles", "40 votes de 40 personnes", "40 duels, 40 gagnés, 0 nul"),
        *("Questions en anglais (4 votes)", "pas encore assez de votes"),
    ):
        assert told in table.text
