"""Language, conversation and data of one person, over HTTP."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.state import privacy
from bot.state.database import open_state, state_url
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, OTHER, GROUP = 42, 43, -100
QUESTION = "Quand Fresnel est-il né ?"


@pytest_asyncio.fixture
async def bot(server: BotServer) -> AsyncIterator[None]:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    async with running(server, chain, Shelf(FRESNEL)):
        yield


@pytest.fixture
def url(tmp_path: Path) -> str:
    return state_url(None, tmp_path / "data")


@pytest.mark.usefixtures("bot")
async def test_privacy_tells_what_is_kept_and_how_long(server: BotServer) -> None:
    server.user_says(READER, QUESTION)
    await server.next_message()
    server.user_says(READER, "/confidentialite")
    text = (await server.next_message()).text
    assert "90 jours" in text
    assert "1 question, 0 vote, 0 alerte, 0 document" in text
    server.user_says(READER, "/privacy", "en")
    assert "1 question, 0 votes" in (await server.next_message()).text


HERE = "Tout reste sur le serveur"


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("ollama:qwen3:4b", HERE),
        ("ollama:qwen3:4b,groq:a,openai:b", "je donne à Groq et OpenAI votre question"),
    ],
)
async def test_privacy_tells_who_else_is_given_questions(
    server: BotServer, model: str, told: str
) -> None:
    async with running(server, StubChain(), Shelf(FRESNEL), chat_model=model, keep_days=30):
        server.user_says(READER, "/confidentialite")
        text = (await server.next_message()).text
    assert told in text
    assert (HERE in text) is (told == HERE)
    assert "30 jours" in text


@pytest.mark.usefixtures("bot")
async def test_my_data_is_a_file_with_my_questions_alone(server: BotServer) -> None:
    server.user_says(OTHER, "Une question d’autrui ?")
    await server.next_message()
    server.user_says(READER, QUESTION)
    await server.next_message()
    server.user_says(READER, "/mesdonnees")
    file = (await server.next_message()).file
    assert file is not None
    assert file.name == "selon-mes-donnees.json"
    found = json.loads(file.data)
    assert [turn["question"] for turn in found["turns"]] == [QUESTION]
    assert found["person"]["id"] == READER


@pytest.mark.usefixtures("bot")
async def test_forgetting_is_confirmed_and_leaves_no_row(server: BotServer, url: str) -> None:
    server.user_says(READER, QUESTION)
    await server.next_message()
    server.user_says(READER, "/oublier")
    asked = await server.next_message()
    server.presses(asked, 1)
    assert (await server.next_edit()).text == "Rien n’a été effacé."
    server.user_says(READER, "/forget", "en")
    asked = await server.next_message()
    server.presses(asked, 0, "en")
    assert (await server.next_edit()).text.startswith("Done: I keep nothing about you")
    state = open_state(url)
    with state.session() as session:
        left = privacy.export_person(session, READER)
    state.close()
    assert not any(left.values())


@pytest.mark.usefixtures("bot")
async def test_nothing_is_left_in_any_table_of_whom_the_bot_forgot(
    server: BotServer, tmp_path: Path
) -> None:
    pytest.importorskip("bot.alerts.feature", reason="alerts are removed")
    someone = 987_654_321
    server.user_says(someone, QUESTION)
    answer = await server.next_message()
    server.presses(answer, 1)
    server.user_says(someone, "Qui a marché sur Mars ?")
    server.presses(await server.next_message(), 0)
    await server.next_message()
    await server.next_edit()
    server.user_says(someone, "/langue")
    server.presses(await server.next_message(), 0)
    await server.next_edit()
    assert _rows_with(tmp_path / "data", str(someone), "Mars")
    server.user_says(someone, "/oublier")
    server.presses(await server.next_message(), 0)
    await server.next_edit()
    left = _rows_with(tmp_path / "data", str(someone), "Mars")
    assert {table for table, _ in left} <= {"updates", "deliveries"}, left  # of /oublier itself
    assert not any("Mars" in str(row) for _, row in left), left


def _rows_with(data_dir: Path, *texts: str) -> list[tuple[str, object]]:
    """Every row of the database that holds one of these, with its table."""
    with closing(sqlite3.connect(data_dir / "state.sqlite")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        rows = [
            (name, row)
            for (name,) in tables.fetchall()
            for row in connection.execute(f'SELECT * FROM "{name}"')
        ]
    return [(name, row) for name, row in rows if any(text in str(row) for text in texts)]


@pytest.mark.usefixtures("bot")
async def test_what_a_reply_depends_on_is_written_before_it(server: BotServer, url: str) -> None:
    pytest.importorskip("bot.alerts.feature", reason="alerts are removed")
    server.hold_next("sendMessage", 0.5, done=True)  # the bot does not know yet that it was taken
    server.user_says(READER, "Qui a marché sur Mars ?")
    refusal = await server.next_message()
    assert _kept(url).turns == 1
    server.hold_next("answerCallbackQuery", 0.5, done=True)
    server.presses(refusal, 0)
    await server.called("answerCallbackQuery")
    assert _kept(url).alerts == 1
    await server.next_message()
    server.hold_next("answerCallbackQuery", 0.5, done=True)
    server.presses(refusal, 1)
    await server.called("answerCallbackQuery", 2)
    assert _kept(url).votes == 1


def _kept(url: str) -> privacy.PersonCounts:
    with closing(open_state(url)) as state, state.session() as session:
        return privacy.count_records(session, READER)
