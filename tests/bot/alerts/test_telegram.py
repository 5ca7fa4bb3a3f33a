"""Answers waited for and new articles on a subject are told once, over HTTP."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update
from telegram import Bot

from bot.alerts import telegram as alerts
from bot.alerts.subscription_records import SubscriptionRow
from bot.alerts.telegram import SubscriptionHandlers, last_morning
from bot.answering.refusal import reply_with
from bot.answering.selection import chosen_articles
from bot.library.articles import Library
from bot.messenger.journal import Postponed
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.telegram import Shelf, StubChain, running
from tests.fakes import FakeEmbedder

READER, OTHER, CHIEF, GROUP = 42, 43, 44, -100
FUND = "La société lève un milliard d’euros pour ses centres de calcul."
LED = "Mistral AI a ouvert un bureau à Lyon ce lundi."
OFFER = "M’avertir quand un article y répond"


class Newsroom:
    """A corpus that grows, and the bot over its index."""

    def __init__(self, tmp_path: Path) -> None:
        self._corpus, self._index = tmp_path / "corpus", tmp_path / "index"
        self.looks = 0
        """How often the bot has looked for what is new."""
        self.write("ancien", f"{LED} Rien d’autre. Le maire était là.")
        self.write("moulin", "Le moulin de Valmy moud encore du blé.")
        self.build()

    def write(self, name: str, body: str, outlet: str = "Le Monde") -> None:
        self._corpus.mkdir(exist_ok=True)
        head = f"title: Le papier {name}\noutlet: {outlet}\nlanguage: fr\npublished: 2026-01-02\n"
        (self._corpus / f"{name}.md").write_text(f"---\n{head}---\n\n{body}\n", "utf-8")

    def build(self) -> None:
        build([self._corpus], self._index, FakeEmbedder())

    def wait_for_morning(self) -> None:
        """A day has passed since it was last looked."""
        with open_session() as session:
            before = datetime.now(UTC) - timedelta(days=2)
            session.execute(update(SubscriptionRow).values(looked_at=before))

    async def has_nothing_new(self, server: BotServer) -> None:
        """The bot looks for what is new, and says nothing."""
        looks = self.looks + 2  # one may be under way
        async with asyncio.timeout(60):
            while self.looks < looks:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
        await server.silence()

    @asynccontextmanager
    async def at_work(self, server: BotServer) -> AsyncIterator[None]:
        async with running(server, StubChain(), Library(self.open())):
            yield

    def open(self) -> LiveIndex:
        return LiveIndex(self._index, FakeEmbedder(), ConfidenceModel.load(), chosen_articles)


@pytest.fixture(autouse=True)
def frequent_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "POLL_INTERVAL", timedelta(seconds=0.05))


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    newsroom, check = Newsroom(tmp_path), SubscriptionHandlers.check

    async def counted(handlers: SubscriptionHandlers, bot: Bot) -> None:
        await check(handlers, bot)
        newsroom.looks += 1

    monkeypatch.setattr(SubscriptionHandlers, "check", counted)
    return newsroom


@pytest_asyncio.fixture
async def server(newsroom: Newsroom) -> AsyncIterator[BotServer]:
    async with BotServer() as server, newsroom.at_work(server):
        server.administers(GROUP, CHIEF)
        yield server


async def _said(server: BotServer, words: str, person: int = READER, lang: str = "fr") -> Message:
    return await server.reply_to(person, words, lang)


async def test_an_answer_left_unsent_comes_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    question, chain, shelf = "Quand Fresnel est-il né ?", StubChain(), Shelf(FRESNEL)
    left = asyncio.Event()

    async def leave(*_: object) -> None:
        left.set()
        raise Postponed("the process ends")

    async with BotServer() as server:
        with monkeypatch.context() as ending:
            async with running(server, chain, shelf):
                server.presses(await _said(server, question), 0, data="n:1")
                assert "C’est noté" in (await server.next_message()).text
                ending.setattr(alerts, "deliver_rest", leave)
                chain.answers[question] = answered(question, cite(1, BIRTH))
                shelf.current = "20260302T120000.000000Z"
                await asyncio.wait_for(left.wait(), 30)
        async with running(server, chain, shelf):
            told = await server.next_message()
            await server.silence()
    assert told.text.startswith("Un article répond maintenant")
    assert BIRTH in told.text
    assert told.labels[-2:] == ["👍 Utile", "👎 Pas utile"]


async def test_who_may_no_longer_ask_is_told_nothing() -> None:
    question, chain, shelf = "Quand Fresnel est-il né ?", StubChain(), Shelf(FRESNEL)
    async with BotServer() as server:
        async with running(server, chain, shelf):
            server.presses(await _said(server, question), 0, data="n:1")
            await server.next_message()
        chain.answers[question] = answered(question, cite(1, BIRTH))
        shelf.current = "20260302T120000.000000Z"
        threads = list[threading.Thread]()
        shelf.generation = lambda: threads.append(threading.current_thread()) or shelf.current
        async with running(server, chain, shelf, access="list"):
            async with asyncio.timeout(60):
                while len(threads) < 8:  # noqa: ASYNC110 - by then it has looked several times
                    await asyncio.sleep(0.02)
            await server.silence()
    # A new generation is opened beside the loop.
    assert threading.main_thread() not in threads


async def test_new_articles_are_told_by_a_sentence(server: BotServer, newsroom: Newsroom) -> None:
    kept = await _said(server, "/suivre tout de suite Mistral AI")
    assert kept.text.endswith("sur «\u00a0Mistral AI\u00a0» dès qu’ils arrivent.")
    assert kept.labels == ["Chaque matin", "Ne plus suivre"]
    newsroom.write("vent", "Le vent du nord souffle. Il pleut sur Brest.")
    newsroom.build()
    await newsroom.has_nothing_new(server)  # on something else
    newsroom.write("fonds", f"Il neige à Nice. Mistral AI lève des fonds. {FUND}")
    newsroom.build()
    told = await server.next_message()
    assert told.chat_id == READER
    assert told.text == (
        "Du nouveau sur «\u00a0Mistral AI\u00a0»\n\n«\u00a0Mistral AI lève des fonds.\u00a0»"
        "\u00a0[1]\n— Le papier fonds, Le Monde, 2 janvier 2026"
    )
    assert told.labels == ["Article 1", "Ne plus suivre"]
    newsroom.write("pluie", "Il pleut.")
    newsroom.build()
    await newsroom.has_nothing_new(server)  # told once
    assert (await server.reply_to_press(told, 0)).text.startswith("Le papier fonds")
    assert (await server.reply_to_press(told, 1)).text == "C’est arrêté."
    newsroom.write("suite", "Mistral AI recrute.")
    newsroom.build()
    await newsroom.has_nothing_new(server)


async def test_once_a_day_all_is_told_together(server: BotServer, newsroom: Newsroom) -> None:
    kept = await _said(server, "/follow Mistral AI", lang="en")
    assert kept.text.startswith("Noted: every morning I shall tell here of the new articles")
    for number in range(7):
        newsroom.write(f"n{number}", f"Mistral AI a publié le modèle numéro {number}.")
        newsroom.build()
    await newsroom.has_nothing_new(server)
    newsroom.wait_for_morning()
    told = await server.next_message()
    assert told.text.startswith("New about “Mistral AI”\n\n“Mistral AI a publié")
    assert told.text.count("Mistral AI a publié") == 5
    assert told.text.endswith("And 2 other articles: /search Mistral AI")
    newsroom.wait_for_morning()
    await newsroom.has_nothing_new(server)


async def test_nothing_is_lost_or_told_twice_over_a_restart(newsroom: Newsroom) -> None:
    async with BotServer() as server:
        async with newsroom.at_work(server):
            await _said(server, "/suivre tout de suite Mistral AI")
        newsroom.write("fonds", "Mistral AI lève des fonds.")
        newsroom.build()
        async with newsroom.at_work(server):
            assert "lève des fonds" in (await server.next_message()).text
        async with newsroom.at_work(server):
            await newsroom.has_nothing_new(server)


async def test_alerts_lists_both_kinds_and_stops_each(server: BotServer) -> None:
    assert (await _said(server, "/suivre")).text.startswith("Dites-moi ce qu’il faut suivre")
    server.presses(await server.reply_to(READER, "Qui a marché sur Mars ?"), OFFER)
    await server.next_message()
    await _said(server, "/suivre Mistral AI")
    await _said(server, "/suivre tout de suite les moulins")
    listed = await _said(server, "/alertes")
    assert listed.text == (
        "Vous serez averti quand un article répondra à\u00a0:\n1. Qui a marché sur Mars ?\n\n"
        "Ce qui est suivi ici\u00a0:\n"
        "2. les nouveaux articles sur «\u00a0Mistral AI\u00a0», chaque matin\n"
        "3. les nouveaux articles sur «\u00a0les moulins\u00a0», dès qu’ils arrivent"
    )
    assert listed.labels == ["Annuler 1", "Ne plus suivre 2", "Ne plus suivre 3"]
    assert (await server.reply_to_press(listed, 1)).text == "C’est arrêté."
    left = await _said(server, "/alertes")
    assert "Mistral" not in left.text
    assert "2. les nouveaux articles sur «\u00a0les moulins" in left.text


async def test_administrators_follow_in_a_topic(server: BotServer, newsroom: Newsroom) -> None:
    await _said(server, "/suivre le moulin")  # in private: nobody else's business

    async def said(words: str, person: int) -> Message:
        return await server.reply_to(GROUP, words, kind="supergroup", person=person, thread=5)

    denied = await said("/suivre tout de suite Mistral AI", READER)
    assert denied.text.startswith("Seuls les administrateurs de ce groupe décident")
    assert (await said("/alertes", CHIEF)).text.startswith("Rien n’est suivi ici\u00a0: /suivre")
    kept = await said("/suivre tout de suite Mistral AI", CHIEF)
    shown = await said("/alertes", CHIEF)
    assert "1. les nouveaux articles sur «\u00a0Mistral AI\u00a0», dès qu’ils" in shown.text
    assert "moulin" not in shown.text
    assert shown.text.endswith("Vos propres alertes\u00a0: /alertes, en privé.")
    assert shown.labels == ["Ne plus suivre 1"]
    await said("/corpus média : Le Monde", CHIEF)
    pressed = server.presses(kept, 1, person=READER)
    assert (await server.acknowledged(pressed)).startswith("Seuls les administrateurs")
    newsroom.write("ailleurs", "Mistral AI déménage.", outlet="La Gazette")
    newsroom.write("fonds", "Mistral AI lève des fonds.")
    newsroom.build()
    told = await server.next_message()
    assert (told.chat_id, told.thread_id) == (GROUP, 5)
    assert "lève des fonds" in told.text
    assert "déménage" not in told.text
    server.presses(await server.reply_to(CHIEF, "/oublier"), 0)
    await server.next_edit()
    assert "1. les nouveaux articles sur «\u00a0Mistral AI" in (await said("/suivre", READER)).text


@pytest.mark.parametrize(
    ("moment", "morning"),
    [
        ("2026-03-02T06:30Z", "2026-03-01T07:00Z"),
        ("2026-03-02T07:30Z", "2026-03-02T07:00Z"),
        ("2026-03-02T22:30Z", "2026-03-02T07:00Z"),
        ("2026-10-25T03:00Z", "2026-10-24T06:00Z"),  # when winter time has begun
    ],
)
def test_the_news_of_a_day_are_due_in_the_morning(
    moment: str, morning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as there:
        there.setenv("TZ", "Europe/Paris")
        time.tzset()
        due = last_morning(datetime.fromisoformat(moment))
    time.tzset()
    assert due == datetime.fromisoformat(morning)


async def test_an_alert_is_offered_for_a_question_alone(server: BotServer) -> None:
    for question in ("Qui a marché sur Mars ?", "prix du pain à Oslo"):
        assert OFFER in (await _said(server, question)).labels, question
    for other in ("Fais le point", "Chronologie", "Pourquoi ?", "Merci beaucoup, à plus"):
        assert OFFER not in (await _said(server, other)).labels, other


async def test_an_alert_in_plain_words_finds_its_subject(newsroom: Newsroom) -> None:
    subjects = {
        "préviens-moi des nouvelles sur l’IA": "l’IA",
        "alerte-moi quand un article parle du climat svp": "climat",
        "let me know about the strikes": "strikes",
    }
    replies = {words: reply_with(words, "Dites-moi sur quoi.", "fr", "alert") for words in subjects}
    chain = StubChain(**replies)
    async with BotServer() as server, running(server, chain, Library(newsroom.open())):
        for words, subject in subjects.items():
            said = await _said(server, words)
            assert f"«\u00a0{subject}\u00a0»" in said.text
            assert said.labels == ["Chaque matin", "Ne plus suivre"]
