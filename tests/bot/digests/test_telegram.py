"""The day’s news on Telegram, over HTTP: asked for, sent at its time, stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.digests import clock
from bot.digests import digest_records as digests
from bot.digests import telegram as handling
from bot.digests.digest_records import DigestRecord
from bot.library.articles import Library
from tests.bot.digests.made import DAY, article
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.telegram import StubChain, running
from tests.index.samples import index, live

READER, GROUP, OWNER, GUEST, TOPIC = 42, -100, 7, 8, 5
PARIS = ZoneInfo("Europe/Paris")
PONT = "Le pont de Noirmont a été fermé mercredi soir après la rupture d’un câble porteur."
PORT = "La coopérative de Kersaint a débarqué 40 tonnes de sardines dans la matinée de jeudi."
SERRE = "Une serre de 3 hectares a brûlé vendredi à Vaucelles sans faire de blessé."


@dataclass
class Now:
    """The moment that the bot takes for the present."""

    at: datetime

    def on(self, day: date, hour: int, minute: int = 0) -> None:
        self.at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Now:
    present = Now(datetime(2026, 3, 26, 6, tzinfo=PARIS))
    monkeypatch.setattr(clock, "now", lambda: present.at)
    monkeypatch.setattr(handling, "POLL_INTERVAL", timedelta(seconds=0.05))
    monkeypatch.setenv("SELON_KEEP_DAYS", "3650")  # what is kept ends by the real clock
    return present


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    tomorrow = DAY + timedelta(days=1)
    port = article("Nouvelles du port", PORT, DAY, "La Gazette", url="https://exemple.fr/port")
    others = article("Nouvelles du pont", PONT), article("Nouvelles de la serre", SERRE, tomorrow)
    index([port, *others], tmp_path / "data")
    return tmp_path / "data"


@pytest_asyncio.fixture
async def bot(server: BotServer, data_dir: Path, now: Now) -> AsyncIterator[None]:
    async with running(server, StubChain(), Library(live(data_dir))):
        yield


def kept(chat: int = READER, thread: int = 0) -> DigestRecord | None:
    with open_session() as session:
        return digests.digest_of(session, chat, thread)


@pytest.mark.usefixtures("bot")
async def test_news_have_links_and_may_come_every_morning(server: BotServer) -> None:
    told = await server.reply_to(READER, "/quotidien")
    assert told.text.startswith("Le Quotidien du 26 mars 2026")
    assert PONT in told.text
    assert PORT in told.text
    assert SERRE not in told.text
    assert "— La Gazette, 26 mars 2026" in told.text
    assert any(link.startswith("https://exemple.fr/port#") for _, link in told.links)
    assert told.labels == ["Chaque jour à 7\u00a0h\u00a030"]
    answer = await server.reply_to_press(told, 0)
    assert "chaque jour à 7\u00a0h\u00a030" in answer.text
    assert kept() is not None
    assert "n’arrivera plus ici" in (await server.reply_to_press(answer, 0)).text
    assert kept() is None


@pytest.mark.usefixtures("bot")
async def test_the_news_of_a_day_are_told(server: BotServer, now: Now) -> None:
    now.on(DAY + timedelta(days=1), 6)
    told = await server.reply_to(READER, "/quotidien hier")
    assert told.text.startswith("Le Quotidien du 26 mars 2026")
    assert SERRE not in told.text
    assert (await server.reply_to(READER, "/quotidien bientôt")).text.startswith("Écrivez")


@pytest.mark.usefixtures("bot")
async def test_administrators_decide_for_their_topic(server: BotServer, now: Now) -> None:
    server.administers(GROUP, OWNER)
    server.user_says(GROUP, "/quotidien 8h", kind="supergroup", person=GUEST, thread=TOPIC)
    assert "seuls ses administrateurs" in (await server.next_message()).text
    server.user_says(GROUP, "/quotidien 8h", kind="supergroup", person=OWNER, thread=TOPIC)
    answer = await server.next_message()
    assert "chaque jour à 8\u00a0h." in answer.text
    now.on(DAY, 8)
    told = await server.next_message()
    assert (told.chat_id, told.thread_id) == (GROUP, TOPIC)
    assert "seuls ses administrateurs" in (await server.reply_to_press(told, 0, person=GUEST)).text
    assert kept(GROUP, TOPIC) is not None
    assert "n’arrivera plus" in (await server.reply_to_press(told, 0, person=OWNER)).text
