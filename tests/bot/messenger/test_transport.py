"""Each kind of file arrives as what it is, with its words, its buttons and its place."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.messenger.outbound.delivery import deliver, deliver_attachment
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Attachment
from tests.botapi.messages import File
from tests.botapi.server import BotServer

READER, GROUP, TOPIC = 42, -100_7, 5
HERE = ConversationPlace(READER, 0, READER)
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Passage [1]", callback_data="p")]])
PNG = b"\x89PNG\r\n"
SENT = {
    "picture": (Attachment("picture", "carte.png", PNG), "photo"),
    "document": (Attachment("document", "données.json", b"{}"), "document"),
    "audio": (Attachment("audio", "réponse.mp3", b"ID3"), "audio"),
    "voice": (Attachment("voice", "réponse.ogg", b"OggS"), "voice"),
}


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        server.user_says(READER, "Bonjour")
        yield server


@pytest_asyncio.fixture
async def bot(server: BotServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
        yield bot


@pytest.mark.parametrize("kind", SENT)
async def test_a_file_is_sent_as_what_it_is(kind: str, server: BotServer, bot: Bot) -> None:
    file, field = SENT[kind]
    await deliver_attachment(bot, HERE, file, "1 < 2", KEYBOARD)
    (message,) = server.messages
    assert message.file == File(field, file.name, file.data)  # type: ignore[arg-type]
    assert message.text == "1 < 2"
    assert [button.text for button in message.buttons] == ["Passage [1]"]


async def test_files_follow_the_words_in_their_topic(server: BotServer, bot: Bot) -> None:
    asked = server.user_says(GROUP, "Bonjour", kind="supergroup", person=7, thread=TOPIC)
    place = ConversationPlace(GROUP, TOPIC, 7)
    file, _ = SENT["voice"]
    sent = await deliver(bot, place, ["<b>un</b>", "deux"], KEYBOARD, asked, [file])
    assert [message.text for message in server.messages] == ["un", "deux", ""]
    assert [message.message_id for message in server.messages] == list(sent)
    assert {message.thread_id for message in server.messages} == {TOPIC}
    assert [message.reply_to for message in server.messages] == [asked, None, None]
    assert [len(message.buttons) for message in server.messages] == [0, 0, 1]


async def test_a_caption_too_long_becomes_a_message(server: BotServer, bot: Bot) -> None:
    await deliver_attachment(bot, HERE, SENT["audio"][0], "mot " * 300, KEYBOARD)
    sound, words = server.messages
    assert (sound.file is not None, sound.text) == (True, "")
    assert words.text.split() == ["mot"] * 300
    assert (len(sound.buttons), len(words.buttons)) == (0, 1)
