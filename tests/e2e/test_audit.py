"""What administrators do on Telegram leaves one line each in the audit; what people ask, none."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.state import audit
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.real_index import DOCUMENT, INVENTION, running_over
from tests.e2e.telegram import spaced

ADMIN, READER, OTHER, GROUP = 1, 43, 44, -100


def acts() -> list[tuple[str, ...]]:
    """The acts, oldest first."""
    with open_session() as session:
        entries = list(audit.list_acts(session))[::-1]
    assert {entry.door for entry in entries} <= {"telegram"}
    assert {entry.who for entry in entries} <= {str(ADMIN)}
    return [tuple(filter(None, (entry.act, entry.object, entry.detail))) for entry in entries]


@pytest_asyncio.fixture
async def server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotServer]:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setenv("SELON_ACCESS", "list")
    monkeypatch.setenv("SELON_ALLOWED_USERS", str(READER))
    async with BotServer(privacy=False) as server, running_over(server, data_dir):
        yield server


async def test_articles(server: BotServer, corpus: Path) -> None:
    server.user_sends_file(ADMIN, "fresnel.txt", DOCUMENT.encode())
    server.presses(await server.next_message(), "Ajouter au corpus")
    added = await server.edit_with("est dans le corpus")
    await server.reply_to(READER, INVENTION)
    asked = await server.reply_to_press(added)
    server.presses(asked, "Ne pas retirer")
    await server.edit_with("Rien n’est retiré.")
    server.presses(await server.reply_to_press(added), "Retirer")
    removed = await server.edit_with("C’est retiré")
    server.presses(removed, "Rétablir")
    await server.edit_with("C’est rétabli")
    server.presses(removed, "Rétablir")  # nothing is left to restore
    canal = await server.reply_to(ADMIN, "/retirer canal")
    assert spaced(canal.text).startswith("Retirer des réponses")
    for _ in range(2):  # the second changes nothing
        (corpus / "pont.txt").write_text("Le pont\n\nLe pont de pierre est ouvert.", "utf-8")
        await server.reply_to(ADMIN, "/reindexer")
        assert "C’est fait" in (await server.next_message()).text
    (add, remove, restore, build) = acts()
    assert add == ("add", "fresnel.txt")
    assert (remove[0], restore[0], build[0]) == ("remove", "restore", "build")
    assert remove[1] == restore[1]


async def test_people(server: BotServer) -> None:
    link = re.search(r"\?start=([\w-]{32})\n", (await server.reply_to(ADMIN, "/inviter")).text)
    assert link
    for _ in range(2):  # it serves once
        await server.reply_to(OTHER, f"/start {link[1]}")
    await server.reply_to(ADMIN, f"/autoriser {OTHER} éditeur")
    await server.reply_to(ADMIN, f"/interdire {OTHER}")
    await server.reply_to(ADMIN, f"/autoriser {ADMIN}")  # the settings do
    await server.reply_to(READER, f"/autoriser {OTHER}")  # they may not
    await server.reply_to(ADMIN, f"/autoriser {GROUP}")
    await server.reply_to(GROUP, "/interdire", kind="supergroup", person=ADMIN)
    await server.reply_to(ADMIN, "/annonce Oyez")
    question = await server.next_message()
    for _ in range(2):  # the first press decides
        server.presses(question, 0)
    assert {(await server.next_message()).text for _ in range(2)} == {"Oyez"}
    await server.edit_with("L’annonce est partie")
    assert acts() == [
        ("invite", "reader"),
        ("role", "44", "reader"),
        ("role", "44", "editor"),
        ("role", "44", "barred"),
        ("group", "-100", "allowed"),
        ("group", "-100", "barred"),
        ("announce", "2"),
    ]
    server.presses(await server.reply_to(ADMIN, "/oublier"), 0)
    assert "Reste dans le journal" in (await server.edit_with("C’est fait")).text
    assert len(acts()) == 7
