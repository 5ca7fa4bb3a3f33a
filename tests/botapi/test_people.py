"""Groups, topics, files and inline queries, through the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram import (
    Bot,
    InlineQueryResultArticle,
    InputTextMessageContent,
)
from telegram.error import BadRequest, ChatMigrated, NetworkError

from tests.botapi.server import BotServer

GROUP = -100
READER = 42


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        yield server


@pytest_asyncio.fixture
async def bot(server: BotServer) -> AsyncIterator[Bot]:
    files = f"{server.url}/file/bot"
    async with Bot(server.token, base_url=f"{server.url}/bot", base_file_url=files) as bot:
        yield bot


async def _texts(bot: Bot) -> list[str | None]:
    updates = await bot.get_updates()
    return [each.effective_message.text if each.effective_message else None for each in updates]


async def test_privacy_mode_shows_what_is_meant_for_the_bot(server: BotServer, bot: Bot) -> None:
    server.user_says(GROUP, "Bonjour à tous", kind="supergroup", person=READER)
    server.user_says(GROUP, "/aide", kind="supergroup", person=READER)
    server.user_says(GROUP, "Dis @selon_test_bot, qui ?", kind="supergroup", person=READER)
    await bot.send_message(GROUP, "Oui ?")
    said = server.messages[-1]
    server.user_says(GROUP, "Et toi ?", kind="supergroup", person=READER, reply_to=said)
    assert await _texts(bot) == ["/aide", "Dis @selon_test_bot, qui ?", "Et toi ?"]


async def test_a_topic_must_exist_and_be_open(server: BotServer, bot: Bot) -> None:
    server.user_says(GROUP, "/aide", kind="supergroup", person=READER, thread=5)
    (update,) = await bot.get_updates()
    assert update.effective_message is not None
    assert update.effective_message.is_topic_message
    await bot.send_message(GROUP, "Ici", message_thread_id=5)
    assert server.messages[-1].thread_id == 5
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(GROUP, "Là", message_thread_id=6)
    server.topic_closes(GROUP, 5)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(GROUP, "Ici", message_thread_id=5)


async def test_a_group_that_moved_tells_where(server: BotServer, bot: Bot) -> None:
    server.user_says(GROUP, "/aide", kind="group", person=READER)
    server.group_moves(GROUP, -1_000_100)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(GROUP, "Ici")
    assert caught.value.new_chat_id == -1_000_100


async def test_a_file_is_fetched_and_one_too_big_is_not(server: BotServer, bot: Bot) -> None:
    server.user_sends_file(READER, "a.txt", b"Bonjour", "text/plain", "Voici")
    server.user_sends_file(READER, "b.bin", b"\0" * (21 * 2**20))
    small, large = (update.effective_message for update in await bot.get_updates())
    assert small is not None
    assert small.document is not None
    file = await small.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"Bonjour"
    assert large is not None
    assert large.document is not None
    with pytest.raises(BadRequest, match=r"(?i)file is too big"):
        await large.document.get_file()


async def test_an_inline_query_is_answered_once(server: BotServer, bot: Bot) -> None:
    query = server.user_asks_inline(READER, "Qui ?")
    content = InputTextMessageContent("<b>Lui</b>", parse_mode="HTML")
    await bot.answer_inline_query(query, [InlineQueryResultArticle("1", "Réponse", content)])
    (result,) = server.inline_answers[query].results
    assert (result.title, result.message.text) == ("Réponse", "Lui")
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_inline_query(query, [])


@pytest.mark.parametrize("done", [True, False])
async def test_a_connection_can_be_lost_before_or_after(
    server: BotServer, bot: Bot, done: bool
) -> None:
    server.user_says(READER, "Bonjour")
    server.lose_next("sendMessage", done=done)
    with pytest.raises(NetworkError):
        await bot.send_message(READER, "Perdu ?")
    assert len(server.messages) == done
