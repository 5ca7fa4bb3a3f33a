"""The server, through the real client and through raw HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from tests.botapi.server import BotServer

READER = 42


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    async with BotServer() as server:
        yield server


@pytest_asyncio.fixture
async def bot(server: BotServer) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
        yield bot


@pytest_asyncio.fixture
async def chatting(server: BotServer, bot: Bot) -> Bot:
    """A bot to which the reader has already written."""
    server.user_says(READER, "Bonjour")
    await bot.get_updates()
    return bot


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([list(buttons)])


async def test_the_client_learns_who_it_is(bot: Bot) -> None:
    assert (await bot.get_me()).username == "selon_test_bot"


@pytest.mark.parametrize("token", ["4200000001:AAanother-token", "no-token-at-all"])
async def test_another_token_is_refused(server: BotServer, token: str) -> None:
    stranger = Bot(token, base_url=f"{server.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_raw_refusals_have_telegrams_shape(server: BotServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        unknown = await client.post(f"/bot{server.token}/sendMesage")
        stranger = await client.post("/bot1:abc/getMe")
        typo = await client.post(f"/bot{server.token}/getUpdates", json={"ofset": 1})
        broken = await client.post(
            f"/bot{server.token}/getMe",
            content=b"{",
            headers={"content-type": "application/json"},
        )
    assert (unknown.status_code, unknown.json()["description"]) == (404, "Not Found")
    assert stranger.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert typo.status_code == 400
    assert 'unknown parameter "ofset"' in typo.json()["description"]
    assert broken.status_code == 400


async def test_accepts_json_bodies_and_query_strings(server: BotServer) -> None:
    server.user_says(READER, "Bonjour")
    async with httpx.AsyncClient(base_url=f"{server.url}/bot{server.token}/") as client:
        said = await client.post("sendMessage", json={"chat_id": READER, "text": "un"})
        asked = await client.get("sendMessage", params={"chat_id": READER, "text": "deux"})
    assert said.json()["ok"]
    assert asked.json()["ok"]
    assert [message.text for message in server.messages] == ["un", "deux"]


async def test_updates_wait_until_confirmed_by_an_offset(server: BotServer, bot: Bot) -> None:
    server.user_says(READER, "un")
    server.user_says(READER, "/aide deux", language_code="en")
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [update.message.text for update in first if update.message] == ["un", "/aide deux"]
    assert [update.update_id for update in again] == [update.update_id for update in first]
    rest = await bot.get_updates(offset=first[-1].update_id)
    assert [update.update_id for update in rest] == [first[-1].update_id]
    message = rest[0].message
    assert message is not None
    assert message.from_user is not None
    assert message.from_user.language_code == "en"
    assert [entity.type for entity in message.entities] == ["bot_command"]
    assert await bot.get_updates(offset=first[-1].update_id + 1) == ()


async def test_polling_waits_for_news(server: BotServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    await asyncio.sleep(0.05)
    assert not poll.done()
    server.user_says(READER, "enfin")
    [update] = await asyncio.wait_for(poll, 2)
    assert update.message is not None
    assert update.message.text == "enfin"


async def test_polling_gives_up_after_its_time(bot: Bot) -> None:
    started = asyncio.get_running_loop().time()
    assert await bot.get_updates(timeout=1) == ()
    assert asyncio.get_running_loop().time() - started >= 0.9


async def test_kinds_that_the_bot_does_not_want_are_not_queued(server: BotServer, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    server.user_says(READER, "un")
    assert await bot.get_updates() == ()


async def test_a_second_poll_ends_the_first(server: BotServer, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    await asyncio.sleep(0.05)
    async with Bot(server.token, base_url=f"{server.url}/bot") as other:
        assert await other.get_updates(timeout=0) == ()
    with pytest.raises(Conflict):
        await first


async def test_a_poll_whose_client_left_takes_nothing_with_it(server: BotServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await server.called("getUpdates")
    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll
    server.user_says(READER, "un")
    assert len(await bot.get_updates(timeout=2)) == 1


async def test_a_message_is_seen_as_written(server: BotServer, chatting: Bot) -> None:
    sent = await chatting.send_message(
        READER,
        'Voici <b>tout</b>, <a href="https://exemple.fr/">ici</a>',
        parse_mode="HTML",
        reply_markup=keyboard(
            InlineKeyboardButton("Voir", callback_data="v:1"),
            InlineKeyboardButton("Ouvrir", url="https://exemple.fr/"),
        ),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(1),
    )
    seen = await server.next_message()
    assert seen.text == sent.text == "Voici tout, ici"
    assert seen.styled("bold") == ("tout",)
    assert seen.links == (("ici", "https://exemple.fr/"),)
    assert [button.text for button in seen.buttons] == ["Voir", "Ouvrir"]
    assert (seen.preview, seen.reply_to) == (False, 1)
    assert [entity.type for entity in sent.entities] == ["bold", "text_link"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Message text is empty"),
        (" \n ", "Text must be non-empty"),
        ("<b> </b>", "Text must be non-empty"),
        ("a" * 4097, "Message is too long"),
        ("😀" * 2049, "Message is too long"),
        ("<b>a", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
    ],
)
async def test_texts_that_telegram_refuses(chatting: Bot, text: str, reason: str) -> None:
    with pytest.raises(BadRequest, match="(?i)" + reason):
        await chatting.send_message(READER, text, parse_mode="HTML")


async def test_markup_does_not_count_towards_the_length(chatting: Bot) -> None:
    await chatting.send_message(READER, "<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        (InlineKeyboardButton("Voir", callback_data="é" * 33), "Button_data_invalid"),
        (InlineKeyboardButton("Voir", url="nulle part"), "is invalid"),
        (InlineKeyboardButton("Voir"), "Text buttons are unallowed"),
        (InlineKeyboardButton(" ", callback_data="v"), "can't parse inline keyboard button"),
    ],
)
async def test_buttons_that_telegram_refuses(
    chatting: Bot, button: InlineKeyboardButton, reason: str
) -> None:
    with pytest.raises(BadRequest, match="(?i)" + reason):
        await chatting.send_message(READER, "un", reply_markup=keyboard(button))


async def test_chats_that_cannot_be_written_to(server: BotServer, chatting: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await chatting.send_message(43, "un")
    server.user_blocks(READER)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await chatting.send_message(READER, "un")


async def test_parse_modes_and_replies_are_checked(chatting: Bot) -> None:
    with pytest.raises(BadRequest, match="Unsupported parse_mode"):
        await chatting.send_message(READER, "un", parse_mode="XML")
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await chatting.send_message(READER, "un", reply_parameters=ReplyParameters(99))


async def test_typing_shows(server: BotServer, chatting: Bot) -> None:
    await chatting.send_chat_action(READER, "typing")
    assert server.actions == ((READER, "typing"),)
    with pytest.raises(BadRequest, match="Wrong parameter action"):
        await chatting.send_chat_action(READER, "thinking")


async def test_a_button_press_reaches_the_bot_and_is_answered_once(
    server: BotServer, chatting: Bot
) -> None:
    markup = keyboard(InlineKeyboardButton("Voir", callback_data="v:1"))
    await chatting.send_message(READER, "un", reply_markup=markup)
    query = server.presses(await server.next_message(), 0)
    updates = await chatting.get_updates(offset=2)
    callback = updates[0].callback_query
    assert callback is not None
    assert (callback.id, callback.data) == (query, "v:1")
    await callback.answer("Voilà")
    assert server.answers == {query: "Voilà"}
    with pytest.raises(BadRequest, match="Query is too old"):
        await callback.answer()


async def test_editing_a_message(server: BotServer, chatting: Bot) -> None:
    markup = keyboard(InlineKeyboardButton("Voir", callback_data="v:1"))
    sent = await chatting.send_message(READER, "un", reply_markup=markup)
    await sent.edit_text("<i>deux</i>", parse_mode="HTML")
    edited = await server.next_edit()
    assert (edited.text, edited.styled("italic"), edited.buttons) == ("deux", ("deux",), ())
    assert server.messages == (edited,)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("<i>deux</i>", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await chatting.edit_message_text("trois", READER, 99)
    await sent.edit_reply_markup(markup)
    assert [button.text for button in (await server.next_edit()).buttons] == ["Voir"]


async def test_commands_by_language(server: BotServer, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("aide", "Comment poser une question")])
    await bot.set_my_commands([BotCommand("help", "How to ask")], language_code="en")
    assert server.commands() == {"aide": "Comment poser une question"}
    assert server.commands("en") == {"help": "How to ask"}
    assert [command.command for command in await bot.get_my_commands(language_code="en")] == [
        "help"
    ]
    await bot.delete_my_commands(language_code="en")
    assert server.commands("en") == {}
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Aide", "Majuscule")])


async def test_deleting_the_webhook_may_drop_what_waits(server: BotServer, bot: Bot) -> None:
    server.user_says(READER, "un")
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_faults_on_demand(
    server: BotServer, chatting: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    server.fail_next("sendMessage", 429, retry_after=3)
    server.fail_next("sendMessage", 502, description="Bad Gateway")
    with pytest.raises(RetryAfter):
        await chatting.send_message(READER, "un")
    with pytest.raises(TelegramError, match="Bad Gateway"):
        await chatting.send_message(READER, "un")
    await chatting.send_message(READER, "un")
    assert [message.text for message in server.messages] == ["un"]


async def test_silence_and_its_contrary(server: BotServer, chatting: Bot) -> None:
    await server.silence(0.01)
    with pytest.raises(AssertionError, match="no message within"):
        await server.next_message(0.01)
    await chatting.send_message(READER, "un")
    with pytest.raises(AssertionError, match="the bot said 'un'"):
        await server.silence(0.01)
