"""An administrator takes an article out of every answer, in the chat, and puts it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi.server import BotServer
from tests.e2e.real_index import DOCUMENT, INVENTION, INVENTOR, running_over
from tests.e2e.telegram import spaced

ADMIN, EDITOR, READER = 1, 2, 43


@pytest_asyncio.fixture
async def server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotServer]:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setenv("SELON_EDITORS", str(EDITOR))
    async with BotServer() as server, running_over(server, data_dir):
        yield server


async def _added(server: BotServer, person: int) -> list[str]:
    """The buttons below the news that a document is in the corpus."""
    server.user_sends_file(person, "fresnel.txt", DOCUMENT.encode())
    server.presses(await server.next_message(), "Ajouter au corpus")
    return (await server.edit_with("est dans le corpus")).labels


async def test_a_document_just_added_is_removed_and_restored(
    server: BotServer, log: pytest.LogCaptureFixture
) -> None:
    assert await _added(server, ADMIN) == ["Retirer"]
    assert INVENTOR in (await server.reply_to(READER, INVENTION)).text
    added = next(message for message in server.messages if message.labels == ["Retirer"])
    asked = await server.reply_to_press(added)
    assert spaced(asked.text) == "Retirer des réponses : « La lentille de Cordouan » ?"
    server.presses(asked, "Retirer")
    removed = await server.edit_with("C’est retiré")
    assert INVENTOR not in (await server.reply_to(READER, INVENTION)).text
    server.presses(removed, "Rétablir")
    await server.edit_with("C’est rétabli")
    assert INVENTOR in (await server.reply_to(READER, INVENTION)).text
    assert "An administrator removed articles" in log.text


async def test_an_article_is_removed_by_its_title(server: BotServer) -> None:
    await _added(server, ADMIN)
    card = await server.reply_to(ADMIN, "/article La lentille de Cordouan")
    assert "Retirer" in card.labels
    asked = await server.reply_to(ADMIN, "/retirer La lentille de Cordouan")
    server.presses(asked, "Ne pas retirer")
    await server.edit_with("Rien n’est retiré.")
    server.presses(await server.reply_to_press(card, "Retirer"), "Retirer")
    await server.edit_with("C’est retiré")
    gone = await server.reply_to(READER, "/article La lentille de Cordouan")
    assert INVENTOR not in gone.text


async def test_the_last_article_stays(server: BotServer) -> None:
    asked = await server.reply_to(ADMIN, "/retirer canal")
    server.presses(asked, "Retirer")
    await server.edit_with("Rien n’est retiré\u00a0: ce sont les derniers articles")


async def test_only_administrators_remove(server: BotServer) -> None:
    assert await _added(server, EDITOR) == []
    for person in (EDITOR, READER):
        said = await server.reply_to(person, "/retirer La lentille de Cordouan")
        assert said.text == "Seuls les administrateurs de ce bot peuvent faire cela."
        card = await server.reply_to(person, "/article La lentille de Cordouan")
        assert "Retirer" not in card.labels
