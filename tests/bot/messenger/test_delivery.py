"""Messages and files arrive in order, once, in spite of the network, as what they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import NetworkError

from bot.messenger.outbound import retry
from bot.messenger.outbound.delivery import deliver, deliver_attachment, show_typing
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Attachment
from tests.botapi.messages import File
from tests.botapi.server import BotServer

READER, GROUP, TOPIC = 42, -100_7, 5
HERE = ConversationPlace(READER, 0, READER)
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Passage [1]", callback_data="p")]])
FILES = {
    "photo": Attachment("picture", "carte.png", b"\x89PNG\r\n"),
    "document": Attachment("document", "données.json", b"{}"),
    "audio": Attachment("audio", "réponse.mp3", b"ID3"),
    "voice": Attachment("voice", "réponse.ogg", b"OggS"),
}


@pytest_asyncio.fixture
async def bot(server: BotServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setattr(retry, "FIRST_WAITS_SECONDS", (0.01, 0.01))
    monkeypatch.setattr(retry, "LONGEST_WAIT_SECONDS", 0.01)
    server.user_says(READER, "Bonjour")
    async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
        yield bot


async def test_files_follow_the_words_and_have_the_buttons(server: BotServer, bot: Bot) -> None:
    asked = server.user_says(GROUP, "Bonjour", kind="supergroup", person=7, thread=TOPIC)
    place = ConversationPlace(GROUP, TOPIC, 7)
    words = ["<b>un</b>", "deux"]
    sent = await deliver(bot, place, words, KEYBOARD, asked, [FILES["voice"]])
    found = server.messages
    assert [message.text for message in found] == ["un", "deux", ""]
    assert [message.message_id for message in found] == list(sent)
    assert {message.thread_id for message in found} == {TOPIC}
    assert [message.reply_to for message in found] == [asked, None, None]
    assert [len(message.buttons) for message in found] == [0, 0, 1]
    assert not any(message.preview for message in found[:2])


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_is_sent_as_what_it_is(kind: str, server: BotServer, bot: Bot) -> None:
    file = FILES[kind]
    await deliver_attachment(bot, HERE, file, "1 < 2", KEYBOARD)
    (message,) = server.messages
    assert message.file == File(kind, file.name, file.data)  # type: ignore[arg-type]
    assert message.text == "1 < 2"
    assert message.labels == ["Passage [1]"]


async def test_a_caption_too_long_becomes_a_message(server: BotServer, bot: Bot) -> None:
    await deliver_attachment(bot, HERE, FILES["audio"], "mot " * 300, KEYBOARD)
    sound, words = server.messages
    assert (sound.file is not None, sound.text) == (True, "")
    assert words.text.split() == ["mot"] * 300
    assert (len(sound.buttons), len(words.buttons)) == (0, 1)


async def test_a_fault_that_lasts_a_day_is_raised(
    server: BotServer, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "GIVE_UP_SECONDS", 0.025)
    for _ in range(9):
        server.fail_next("sendMessage", 502, description="Bad Gateway")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await deliver(bot, HERE, ["un"])
    assert server.messages == ()


async def test_the_typing_indicator_is_renewed_until_the_end(server: BotServer, bot: Bot) -> None:
    server.fail_next("sendChatAction", 500)
    async with show_typing(bot, HERE, seconds=0.02):
        await server.called("sendChatAction", times=4)
    shown = len(server.actions)
    await asyncio.sleep(0.06)
    assert server.actions == ((READER, "typing"),) * shown
