"""The day's news on Telegram, over HTTP: asked for, sent at its time once, stopped, forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.digests import clock
from bot.digests import digest_records as digests
from bot.digests import telegram as handling
from bot.digests.digest_records import DigestRecord
from bot.library.articles import Library
from bot.state.database import open_state, state_url
from bot.state.deliveries import Letter, Part
from index.build.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import StubChain, running
from tests.fakes import FakeEmbedder

READER, GROUP, OWNER, GUEST, TOPIC = 42, -100, 7, 8, 5
PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 3, 26)  # a Thursday; the clock changes in the night to Sunday the 29th
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
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, day, outlet, sentence in (
        ("pont", DAY, "Le Phare", PONT),
        ("port", DAY, "La Gazette", PORT),
        ("serre", DAY + timedelta(days=1), "Le Phare", SERRE),
    ):
        (corpus / f"{name}.md").write_text(
            f"---\ntitle: Nouvelles du {name}\npublished: {day}\noutlet: {outlet}\n"
            f"url: https://exemple.fr/{name}\nlanguage: fr\n---\n\n{sentence}\n",
            "utf-8",
        )
    build([corpus], tmp_path / "data", FakeEmbedder())
    return tmp_path / "data"


@pytest.fixture
def url(data_dir: Path) -> str:
    return state_url(None, data_dir)


@pytest.fixture
def running_bot(server: BotServer, data_dir: Path) -> Callable[[], AsyncIterator[None]]:
    @asynccontextmanager
    async def start() -> AsyncIterator[None]:
        index = LiveIndex(data_dir, FakeEmbedder(), ConfidenceModel.load())
        async with running(server, StubChain(), Library(index)):
            yield

    return start


@pytest_asyncio.fixture
async def bot(running_bot: Callable, now: Now) -> AsyncIterator[None]:
    async with running_bot():
        yield


def kept(url: str, chat: int = READER, thread: int = 0) -> DigestRecord | None:
    state = open_state(url)
    try:
        return state.do(partial(digests.digest_of, chat_id=chat, thread_id=thread))
    finally:
        state.close()


async def scheduled(server: BotServer, words: str = "7h30") -> Message:
    server.user_says(READER, f"/quotidien {words}")
    return await server.next_message()


@pytest.mark.usefixtures("bot")
async def test_the_news_are_told_with_links_and_may_come_every_morning(
    server: BotServer, url: str
) -> None:
    server.user_says(READER, "/quotidien")
    told = await server.next_message()
    assert told.text.startswith("Le Quotidien du 26 mars 2026")
    assert PONT in told.text
    assert PORT in told.text
    assert SERRE not in told.text
    assert "— La Gazette, 26 mars 2026" in told.text
    assert any(link.startswith("https://exemple.fr/port#") for _, link in told.links)
    assert [each.text for each in told.buttons] == ["Chaque jour à 7\u00a0h\u00a030"]
    server.presses(told, 0)
    answer = await server.next_message()
    assert "chaque jour à 7\u00a0h\u00a030" in answer.text
    assert kept(url) is not None
    server.presses(answer, 0)
    assert "n’arrivera plus ici" in (await server.next_message()).text
    assert kept(url) is None


@pytest.mark.usefixtures("bot")
async def test_it_comes_at_its_time_with_what_was_not_told_and_stops_at_a_press(
    server: BotServer, now: Now
) -> None:
    assert "chaque jour" in (await scheduled(server)).text
    await server.silence()
    now.on(DAY, 7, 30)
    first = await server.next_message()
    assert PONT in first.text
    now.on(DAY, 23)
    await server.silence()
    now.on(DAY + timedelta(days=1), 7, 29)
    await server.silence()
    now.on(DAY + timedelta(days=1), 7, 31)
    second = await server.next_message()
    assert SERRE in second.text
    assert PONT not in second.text
    now.on(DAY + timedelta(days=2), 8)
    third = await server.next_message()
    assert "Rien de neuf" in third.text
    server.presses(third, 0)
    assert "n’arrivera plus" in (await server.next_message()).text
    now.on(DAY + timedelta(days=3), 8)
    await server.silence()


async def test_over_a_week_with_a_change_of_clock_and_a_crash_a_day_each_comes_once(
    server: BotServer, running_bot: Callable, url: str, now: Now
) -> None:
    async with running_bot():
        await scheduled(server, "2h30")  # there is no such time on the 29th
    bot_id = int(server.token.partition(":")[0])
    got: list[str] = []
    for day in (DAY + timedelta(days=at) for at in range(1, 8)):
        # The process dies between the books and Telegram, at the very minute.
        now.on(day, 3 if day == date(2026, 3, 29) else 2, 30)
        found = kept(url)
        assert found is not None
        letter = Letter(READER, 0, (Part(f"Le {day}"),))
        state = open_state(url)
        post = partial(
            digests.post_digest,
            digest_id=found.id,
            day=day,
            article_ids=(),
            bot_id=bot_id,
            letter=letter,
            now=datetime.now(UTC),
        )
        assert state.do(post) is not None
        assert state.do(post) is None
        state.close()
        async with running_bot():
            got.append((await server.next_message()).text)
            now.at += timedelta(minutes=1)
            await server.silence()
    assert got == [f"Le {DAY + timedelta(days=at)}" for at in range(1, 8)]


@pytest.mark.usefixtures("bot")
async def test_in_a_group_its_administrators_decide_and_a_topic_has_its_own(
    server: BotServer, now: Now, url: str
) -> None:
    server.administers(GROUP, OWNER)
    server.user_says(GROUP, "/quotidien 8h", kind="supergroup", person=GUEST, thread=TOPIC)
    assert "seuls ses administrateurs" in (await server.next_message()).text
    server.user_says(GROUP, "/quotidien 8h", kind="supergroup", person=OWNER, thread=TOPIC)
    answer = await server.next_message()
    assert "chaque jour à 8\u00a0h." in answer.text
    now.on(DAY, 8)
    told = await server.next_message()
    assert (told.chat_id, told.thread_id) == (GROUP, TOPIC)
    server.presses(told, 0, person=GUEST)
    assert "seuls ses administrateurs" in (await server.next_message()).text
    assert kept(url, GROUP, TOPIC) is not None
    server.presses(told, 0, person=OWNER)
    assert "n’arrivera plus" in (await server.next_message()).text


@pytest.mark.usefixtures("bot")
async def test_it_is_among_what_is_kept_and_goes_with_it(server: BotServer, url: str) -> None:
    await scheduled(server)
    server.user_says(READER, "/mesdonnees")
    file = (await server.next_message()).file
    assert file is not None
    assert b'"minute": 450' in file.data
    server.user_says(READER, "/oublier")
    server.presses(await server.next_message(), 0)
    await server.next_edit()
    assert kept(url) is None


@pytest.mark.usefixtures("bot")
async def test_a_podcast_is_told_in_headlines_and_quotes(server: BotServer) -> None:
    server.user_says(READER, "/podcast sardines")
    told = await server.next_message()
    assert told.text.startswith("Le Podcast\u00a0: sardines")
    assert "Nouvelles du port" in told.text
    assert PORT in told.text
    assert PONT not in told.text
    server.user_says(READER, "/podcast baleines")
    assert "Je n’ai pas trouvé d’article" in (await server.next_message()).text
