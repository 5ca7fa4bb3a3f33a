"""Two buttons of one question: the first press decides, and what is said is what was done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio

from bot.library.paths import SENT_FOLDER, fetched_dir
from bot.settings import load_settings
from bot.state.documents import decide as decide_document
from bot.state.documents import documents_of_person
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.database import open_session
from tests.e2e.real_index import DOCUMENT, INVENTION, INVENTOR, Held, running_over

ADMIN, EDITOR, READER = 41, 42, 43
ADD, KEEP, DROP = 0, 1, 2
Start = Callable[[BotServer], AbstractAsyncContextManager[None]]


@pytest.fixture
def start(data_dir: Path, held: Held, monkeypatch: pytest.MonkeyPatch) -> Start:
    """A bot that answers until the block ends."""
    monkeypatch.setenv("SELON_ADMINS", f"{ADMIN}")
    monkeypatch.setenv("SELON_EDITORS", f"{EDITOR}")
    return lambda server: running_over(server, data_dir, builder=held.build)


@pytest_asyncio.fixture
async def server(start: Start, held: Held) -> AsyncIterator[BotServer]:
    async with BotServer() as server, start(server):
        yield server
        held.let.set()


async def offered(server: BotServer) -> Message:
    server.user_sends_file(EDITOR, "fresnel.txt", DOCUMENT.encode())
    return await server.next_message()


async def test_a_document_that_is_being_added_is_not_said_to_be_erased(
    server: BotServer, held: Held
) -> None:
    offer = await offered(server)
    server.presses(offer, ADD)
    assert (await server.next_edit()).text == "Je le range, un instant…"
    again = [server.presses(offer, label) for label in (DROP, ADD, KEEP)]
    said = [await server.acknowledged(press) for press in again]
    assert said == ["Ce document est déjà en cours d’ajout."] * 3
    held.let.set()
    told = (await server.next_edit()).text
    assert "est dans le corpus" in told
    done = await server.acknowledged(server.presses(offer, DROP))
    assert done == "Ce document est déjà dans le corpus."
    await server.silence()
    (shown,) = [message for message in server.messages if message.message_id == offer.message_id]
    assert shown.text == told
    assert INVENTOR in (await server.reply_to(READER, INVENTION)).text


async def test_forgetting_while_a_document_is_kept_leaves_nothing_of_it(
    server: BotServer, held: Held, data_dir: Path
) -> None:
    offer = await offered(server)
    server.presses(offer, KEEP)
    assert (await server.next_edit()).text == "Je le range, un instant…"
    server.presses(await server.reply_to(EDITOR, "/oublier"), 0)
    assert (await server.next_edit()).text.startswith("C’est fait")
    held.let.set()
    assert "n’est plus là" in (await server.next_edit()).text
    assert await asyncio.to_thread(lambda: list(data_dir.rglob("fresnel*"))) == []
    with open_session() as session:
        assert documents_of_person(session, EDITOR) == []


@pytest.mark.parametrize("moved", [False, True])
async def test_what_a_crash_left_half_filed_is_filed_by_the_next_start(
    start: Start, held: Held, data_dir: Path, moved: bool
) -> None:
    held.let.set()
    async with BotServer() as server:
        async with start(server):
            await offered(server)
        with open_session() as session:
            assert decide_document(session, 1, EDITOR, "corpus", None) is not None
        if moved:
            sent = fetched_dir(load_settings()) / SENT_FOLDER
            sent.mkdir(parents=True)
            (data_dir / "inbox" / "1" / "fresnel.txt").rename(sent / "fresnel-1.txt")
        async with start(server):
            assert "est dans le corpus" in (await server.next_message()).text
            assert INVENTOR in (await server.reply_to(READER, INVENTION)).text
    assert list((data_dir / "inbox").iterdir()) == []


@pytest.mark.parametrize(
    ("presses", "told"), [((0, 1), "C’est fait"), ((1, 0), "Rien n’a été effacé")]
)
async def test_of_forgetting_and_not_forgetting_the_first_counts(
    server: BotServer, presses: tuple[int, int], told: str
) -> None:
    await server.reply_to(READER, INVENTION)
    question = await server.reply_to(READER, "/oublier")
    for press in presses:
        server.presses(question, press)
        await server.acknowledged(server.presses(question, press))
    await server.reply_to(READER, "/sources")
    (shown,) = [message for message in server.messages if message.message_id == question.message_id]
    assert shown.text.startswith(told)
    file = (await server.reply_to(READER, "/mesdonnees")).file
    assert file is not None
    assert (INVENTION.encode() in file.data) is (presses == (1, 0))
