"""Closed collections on Telegram: a person, a group and an administrator read what they may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from index.ingestion.builder import build
from tests.botapi.server import BotServer
from tests.e2e.real_index import running_over
from tests.fakes import FakeEmbedder

READER, ROOT, GROUP = 42, 1, -100
QUESTION = "Qui a vendu le moulin de Kerbihan ?"
SECRET = "Zacharie Uzon a vendu le moulin de Kerbihan."
PORT = "Le port de Kerbihan est profond."
DAY = date(2024, 5, 6)


@pytest_asyncio.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotServer]:
    (tmp_path / "collections.toml").write_text("[conseil]\nfolders = ['conseil']\n", "utf-8")
    monkeypatch.setenv("SELON_ADMINS", str(ROOT))
    monkeypatch.setenv("SELON_COLLECTIONS", str(tmp_path / "collections.toml"))
    for name, text in (("conseil/vente", SECRET), ("port", PORT)):
        path = tmp_path / "corpus" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"title: {path.stem.capitalize()}\npublished: {DAY}"
        path.write_text(f"---\n{head}\n---\n{text}\n", encoding="utf-8")
    build([tmp_path / "corpus"], tmp_path / "index", FakeEmbedder())
    async with BotServer() as server, running_over(server, tmp_path / "index", 0.3):
        yield server


async def test_rights_hold_from_the_next_question_on(server: BotServer) -> None:
    async def reads(person: int, *, group: bool = False) -> bool:
        """True if they find the closed article by any way, and False if by none."""
        found = {}
        for text in (f"/demander {QUESTION}", "/recents", "/recherche moulin"):
            if group:
                more = {"kind": "supergroup", "person": person}
                reply = await server.reply_to(GROUP, text, **more)
            else:
                reply = await server.reply_to(person, text)
            found[text, reply.text] = "Uzon a vendu" in reply.text or "Vente" in reply.text
        assert len(set(found.values())) == 1, found
        return found.popitem()[1]

    assert not await reads(READER)
    assert "conseil\u00a0: personne" in (await server.reply_to(ROOT, "/droits")).text
    assert "droits" not in (await server.reply_to(READER, "/droits conseil 42")).text
    assert not await reads(READER)
    reply = await server.reply_to(ROOT, "/droits conseil 42")
    assert reply.text == "42 peut lire conseil."
    assert await reads(READER)
    assert not await reads(READER, group=True)
    assert not await reads(ROOT, group=True)
    assert await reads(ROOT)
    await server.reply_to(ROOT, f"/droits conseil {GROUP}")
    assert await reads(READER, group=True)
    reply = await server.reply_to(ROOT, "/droits retirer conseil 42")
    assert reply.text == "42 ne peut plus lire conseil."
    assert not await reads(READER)
    assert "Uzon" not in (await server.reply_to(READER, "/sources")).text
    assert "token:NOM" in (await server.reply_to(ROOT, "/droits conseil Zoé")).text


async def test_elsewhere_nobody_reads_what_is_closed(server: BotServer) -> None:
    """Where the bot is no member, everybody reads what it posts, whoever asks."""
    await server.reply_to(ROOT, f"/droits conseil {READER}")
    assert "Uzon a vendu" in (await server.reply_to(READER, f"/demander {QUESTION}")).text
    for times, person in enumerate((READER, ROOT), start=1):
        query = server.user_asks_inline(person, QUESTION)
        await server.called("answerInlineQuery", times)
        shown = server.inline_answers[query].results
        assert not any("Vente" in one.title or "Uzon" in one.message.text for one in shown)
        guest = await server.guest_answer(server.user_asks_as_guest(person, QUESTION))
        assert "Uzon a vendu" not in guest.message.text
        checked = server.user_asks_as_guest(person, "c’est vrai ?", SECRET)
        assert "Vente" not in (await server.guest_answer(checked)).message.text
