"""What administrators tell everybody, over HTTP: looked at, decided, told once, and no further."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.messenger.handlers import announcements as announcing
from bot.state import announcements, people, roles
from bot.state.audit import Actor
from bot.state.deliveries import Letter, Part
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.telegram import running, spaced

ADMIN, GONE, BARRED = 1, 50, 51
READERS = (42, 43, 44)
NEWS = "La médiathèque a rejoint le corpus :\n2 000 articles de plus."


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_ADMINS", str(ADMIN))
    monkeypatch.setattr(announcing, "PACE_SECONDS_EACH", 0.0)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    """Of those who wrote: three readers, one long ago, and one who is barred."""
    now = datetime.now(UTC)
    with open_session() as session:
        for person in (*READERS, BARRED):
            people.note_person(session, person, now)
        people.note_person(session, GONE, now - timedelta(days=91))
        roles.give(session, BARRED, "barred", now, Actor("telegram", ADMIN))
    async with BotServer() as server:
        for person in (ADMIN, GONE, BARRED, *READERS):
            server.knows(person)
        yield server


async def drafted(server: BotServer, text: str = NEWS, language: str = "fr") -> Message:
    """The message that asks for a decision."""
    shown = await server.reply_to(ADMIN, f"/annonce {text}", language)
    assert (shown.chat_id, shown.text) == (ADMIN, text)
    return await server.next_message()


async def told(server: BotServer, count: int) -> dict[int, str]:
    """The next messages, by person."""
    messages = [await server.next_message() for _ in range(count)]
    assert len({message.chat_id for message in messages}) == count
    return {message.chat_id: message.text for message in messages}


async def final(server: BotServer) -> str:
    """What the author's message comes to tell."""
    while "part\u00a0:" in (text := (await server.next_edit()).text):
        pass
    return spaced(text)


@pytest.mark.usefixtures("bot")
async def test_it_is_decided_and_sent_to_all_but_who_want_none(server: BotServer) -> None:
    question = await drafted(server)
    # The author has written too, by now.
    assert "à 4\u00a0personnes. Je l’envoie\u202f?" in question.text
    assert question.labels == ["Envoyer à 4\u00a0personnes", "Ne pas envoyer"]
    server.presses(question, 0)
    messages = {
        message.chat_id: message for message in [await server.next_message() for _ in range(4)]
    }
    assert {chat: message.text for chat, message in messages.items()} == dict.fromkeys(
        (ADMIN, *READERS), NEWS
    )
    assert await final(server) == "L’annonce est partie : 4 personnes prévenues."
    await server.silence()
    mine = messages[READERS[0]]
    assert mine.labels == ["Ne plus recevoir d’annonces"]
    pressed = [server.presses(mine, 0) for _ in range(2)]
    assert "plus d’annonces" in (await server.next_message()).text
    assert "plus d’annonces" in await server.acknowledged(pressed[1])
    assert (await server.next_edit()).buttons == ()
    question = await drafted(server, "Encore")
    assert "à 3\u00a0personnes" in question.text
    server.presses(question, 0)
    assert READERS[0] not in await told(server, 3)
    await final(server)
    choice = await server.reply_to(READERS[0], "/announcements", "en")
    assert choice.text.startswith("You do not get")
    assert "you will get" in (await server.reply_to_press(choice, 0, "en")).text
    assert "à 4\u00a0personnes" in (await drafted(server, "Et encore")).text


async def test_after_a_restart_the_rest_who_still_want_it_are_told(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "PACE_SECONDS_EACH", 60.0)
    async with running(server):
        server.presses(await drafted(server), 0)
        before = await told(server, 1)
    with open_session() as session:
        people.listen_to_announcements(session, READERS[2], datetime.now(UTC), listens=False)
    monkeypatch.setattr(announcing, "PACE_SECONDS_EACH", 0.0)
    async with running(server):
        after = await told(server, 2)
        assert await final(server) == "L’annonce est partie : 3 personnes prévenues."
        await server.silence()
    assert set(before) | set(after) == {ADMIN, *READERS[:2]}


async def test_a_crash_between_the_books_and_telegram_tells_each_once(server: BotServer) -> None:
    """The letter to the first stands in the outbox, and nothing more had happened."""
    now, letter = datetime.now(UTC), Letter(READERS[0], 0, (Part(NEWS),))
    with open_session() as session:
        number = announcements.draft(session, ADMIN, NEWS, now)
        assert announcements.confirm(session, number, ADMIN, None, READERS, now)
        bot_id = int(server.token.partition(":")[0])
        assert announcements.post(session, number, READERS[0], bot_id, letter, now)
        assert announcements.post(session, number, READERS[0], bot_id, letter, now) is None
    async with running(server):
        assert await told(server, 3) == dict.fromkeys(READERS, NEWS)
        await server.silence()
