"""A file that was interrupted is sent again as what it is, by the next process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest_asyncio

from tests.botapi.messages import File
from tests.botapi.server import BotServer
from tests.e2e.database import rows
from tests.e2e.killing import program_bot
from tests.e2e.telegram import running

READER = 42
SOUND = b"OggS"

UNASKED = f"""
import asyncio
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
    async with Bot(token, base_url=f"{{settings.telegram_api_url}}bot") as bot:
        with act_for(Trigger(journal)):
            file = Attachment("voice", "fichier", {SOUND!r})
            await deliver_attachment(bot, ConversationPlace(42, 0, 42), file, "Légende", keyboard)

asyncio.run(send())
"""

ASKED = "from tests.e2e.telegram import run_bot; run_bot()"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        server.user_says(READER, "/mesdonnees")
        yield server


async def _killed_while_sending(server: BotServer, method: str, program: str) -> None:
    """Run a program until its file is written down and on its way, then kill it."""
    server.hold_next(method, 60, done=False)
    async with program_bot(program, server, "").running() as process:
        await _until(lambda: server.faults_left == 0)
        assert process.returncode is None
        process.kill()
    assert _files_kept() == 1


def _files_kept() -> int:
    return len(rows("SELECT digest FROM attachments"))


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(180):
        while not so():  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.02)


async def test_what_nobody_asked_for_is_sent_by_the_next_process_as_it_is(
    server: BotServer,
) -> None:
    await _killed_while_sending(server, "sendVoice", UNASKED)
    assert server.messages == ()
    async with running(server):
        await _until(lambda: any(message.text == "Légende" for message in server.messages))
        await _until(lambda: _files_kept() == 0)
    (sent,) = (message for message in server.messages if message.text == "Légende")
    assert sent.file == File("voice", "fichier", SOUND)
    assert sent.labels == ["Passage [1]"]


async def test_what_was_asked_for_is_sent_once_by_the_next_process(server: BotServer) -> None:
    await _killed_while_sending(server, "sendDocument", ASKED)
    async with running(server):
        message = await server.next_message()
        await server.silence()
    assert isinstance(message.file, File)
    assert message.file.kind == "document"
    assert b'"person"' in message.file.data
    assert _files_kept() == 0
