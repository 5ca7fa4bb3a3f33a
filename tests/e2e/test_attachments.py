"""A file that was interrupted is sent again as what it is, by the next process."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from contextlib import closing

import pytest_asyncio

from bot.settings import load_settings
from bot.state.database import FILE
from tests.bot.messenger.samples import FRESNEL
from tests.botapi.messages import File
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER = 42
SOUND = b"OggS"

UNASKED = """
import asyncio, sys
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from bot.messenger.journal import Journal, Trigger, act_for
from bot.messenger.outbound.delivery import deliver_attachment
from bot.settings import load_settings
from bot.state.conversations import ConversationPlace
from bot.state.database import open_state, state_url
from bot.state.deliveries import Attachment

settings = load_settings()
token = settings.telegram_token.get_secret_value()
journal = Journal(open_state(state_url(None, settings.data_dir)), int(token.partition(":")[0]))
keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Passage [1]", callback_data="p")]])

async def send():
    async with Bot(token, base_url=f"{settings.telegram_api_url}bot") as bot:
        with act_for(Trigger(journal)):
            file = Attachment("voice", "fichier", bytes.fromhex(sys.argv[1]))
            await deliver_attachment(bot, ConversationPlace(42, 0, 42), file, "Légende", keyboard)

asyncio.run(send())
"""

ASKED = """
from bot.messenger.running.application import run_with
from bot.settings import load_settings
from tests.bot.messenger.samples import FRESNEL
from tests.e2e.telegram import Shelf, StubChain

run_with(load_settings(), StubChain(), Shelf(FRESNEL))
"""


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        server.user_says(READER, "/mesdonnees")
        yield server


async def _killed_while_sending(server: BotServer, method: str, *program: str) -> None:
    """Run a program until its file is written down and on its way, then kill it."""
    server.hold_next(method, 60, done=False)
    environment = {
        **os.environ,
        "SELON_TELEGRAM_TOKEN": server.token,
        "SELON_TELEGRAM_API_URL": server.url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", *program, env=environment, stdout=DEVNULL
    )
    async with asyncio.timeout(30):
        while server.faults_left:
            assert process.returncode is None
            await asyncio.sleep(0.01)
    process.kill()
    await process.wait()
    assert _files_kept() == 1


def _files_kept() -> int:
    with closing(sqlite3.connect(load_settings().data_dir / FILE)) as database:
        (count,) = database.execute("SELECT count(*) FROM attachments").fetchone()
    return int(count)


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while True:
            if so():
                return
            await asyncio.sleep(0.02)


async def test_what_nobody_asked_for_is_sent_by_the_next_process_as_what_it_is(
    server: BotServer,
) -> None:
    await _killed_while_sending(server, "sendVoice", UNASKED, SOUND.hex())
    assert server.messages == ()
    async with running(server, StubChain(), Shelf(FRESNEL)):
        await _until(lambda: any(each.text == "Légende" for each in server.messages))
        await _until(lambda: _files_kept() == 0)
    (sent,) = (each for each in server.messages if each.text == "Légende")
    assert sent.file == File("voice", "fichier", SOUND)
    assert [button.text for button in sent.buttons] == ["Passage [1]"]


async def test_what_was_asked_for_is_sent_once_by_the_next_process(server: BotServer) -> None:
    await _killed_while_sending(server, "sendDocument", ASKED)
    async with running(server, StubChain(), Shelf(FRESNEL)):
        message = await server.next_message()
        await server.silence()
    assert isinstance(message.file, File)
    assert message.file.kind == "document"
    assert b'"person"' in message.file.data
    assert _files_kept() == 0
