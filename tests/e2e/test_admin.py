"""What administrators see and do in the chat, over HTTP: status, figures, lists, builds."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from bot.state import conversations, people
from bot.state.conversations import ConversationPlace, NewTurn
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.telegram import QUESTION, running, spaced

ADMIN, EDITOR, READER, GROUP = 1, 2, 42, -100
HOURS = timedelta(hours=12)


@pytest.fixture(autouse=True)
def _roles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setenv("SELON_EDITORS", str(EDITOR))


def ask_in_vain(*asked: tuple[int, str], days: int = 0) -> None:
    """What people asked some days ago, which no article answers."""
    at = datetime.now(UTC) - timedelta(days=days)
    with open_session() as session:
        for number, (person, question) in enumerate(asked):
            people.note_person(session, person, at)
            turn = NewTurn(question, {}, [], False, 0.1, "g", 1000 * days + number, 12.0)
            conversations.add_turn(session, ConversationPlace(person, 0, person), turn, at, HOURS)


@pytest.mark.usefixtures("bot")
async def test_the_status_tells_how_the_bot_does(server: BotServer) -> None:
    await server.reply_to(READER, QUESTION)
    await server.reply_to(READER, "Où est la mer ?")
    status = await server.reply_to(ADMIN, "/admin")
    lines = spaced(status.text).splitlines()
    assert lines[0] == "Articles : 1 (3 passages)"
    assert lines[1].startswith("Index du 1er mars 2026 à ")
    assert "20260301T120000" in lines[1]
    assert lines[2] == "Aujourd’hui : 2 questions, dont 1 avec réponse"
    assert lines[3] == "Temps de réponse : la moitié en 12 ms, 95 % en 12 ms au plus"
    assert lines[4].startswith("En service depuis ")
    assert lines[5].startswith("Mémoire : ")
    assert lines[6] == "En attente : 0 alerte, 0 invitation"
    assert status.labels == ["Actualiser", "Statistiques", "Questions sans réponse"]


@pytest.mark.usefixtures("bot")
async def test_a_reader_is_told_that_it_is_not_for_them(server: BotServer) -> None:
    for command in ("admin", "statistiques", "statistics", "sansreponse", "annonce a", "inviter"):
        said = (await server.reply_to(READER, f"/{command}")).text
        assert said == "Seuls les administrateurs de ce bot peuvent faire cela.", command


@pytest.mark.usefixtures("bot")
async def test_the_figures_are_those_of_thirty_days(server: BotServer) -> None:
    await server.reply_to(READER, QUESTION)
    figures = await server.reply_to(ADMIN, "/statistiques")
    summary, _, _, bars, _, title, cited = figures.text.splitlines()
    assert summary.startswith("Trente jours\u00a0: 1 question, dont 100\u00a0% avec réponse")
    assert bars.endswith("▁█")
    assert title == "Articles les plus cités"
    assert cited.endswith(" – 1")


async def test_what_was_asked_in_vain_comes_as_a_list(server: BotServer) -> None:
    ask_in_vain((READER, "Piscine ?"), (43, "Piscine, quand ?"), days=2)
    ask_in_vain((44, "=1+1 ?"))
    ask_in_vain((44, "Trop vieux ?"), days=31)
    async with running(server):
        server.user_says(EDITOR, "/sansreponse")  # who keeps the articles may know what is missing
        message = await server.next_message()
    assert message.file is not None
    assert message.file.name == "selon-questions-sans-reponse.csv"
    rows = list(csv.reader(io.StringIO(message.file.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[:4] for row in rows[1:]] == [
        ["Piscine ?", "2", "2", "2"],
        ["'=1+1 ?", "1", "1", "1"],
    ]
    assert "3 questions sans réponse en 30 jours, réunies en 2 sujets" in message.text


@pytest.mark.usefixtures("introduced")
async def test_the_menu_of_administrators_is_theirs_alone(server: BotServer) -> None:
    async with running(server):
        # Telegram takes no menu for a chat that it does not know yet.
        assert server.commands("fr", f"chat:{ADMIN}") == {}
        await server.reply_to(ADMIN, "/admin")
        mine = server.commands("fr", f"chat:{ADMIN}")
        assert {"admin", "statistiques", "sansreponse", "reindexer", "annonce"} <= set(mine)
        assert "recherche" in mine
        assert {"admin", "statistics", "unanswered", "reindex", "announce"} <= set(
            server.commands("en", f"chat:{ADMIN}")
        )
        for scope in ("default", "all_private_chats", "all_group_chats"):
            assert "annonce" not in server.commands("fr", scope)
