"""Commands, messages and pressed buttons, with who they come from, as handlers receive them."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from bot.messenger.asker import Asker
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import deliver
from bot.messenger.outbound.reply import acknowledge, replace_text, say
from bot.messenger.services import BotServices, find_asker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """A command or a message, and who it comes from."""

    asker: Asker
    update: Update
    context: ContextTypes.DEFAULT_TYPE

    @property
    def bot(self) -> Bot:
        return self.context.bot

    @property
    def message(self) -> Message:
        message = self.update.effective_message
        assert message is not None
        return message

    @property
    def argument(self) -> str:
        """The words behind a command."""
        words = (self.message.text or "").split(maxsplit=1)
        return words[1].strip() if len(words) > 1 else ""

    async def say(
        self, text: str, keyboard: InlineKeyboardMarkup | None = None, reply_to: int | None = None
    ) -> tuple[int, ...]:
        """Send a text without markup; return the ids of its messages."""
        return await say(self.bot, self.asker, text, keyboard, reply_to)

    async def deliver(
        self,
        html: Sequence[str],
        keyboard: InlineKeyboardMarkup | None = None,
        reply_to: int | None = None,
    ) -> tuple[int, ...]:
        """Send HTML messages; return their ids."""
        return await deliver(self.bot, self.asker.place, html, keyboard, reply_to)

    def create_task(self, work: Coroutine[Any, Any, None]) -> None:
        """Start work that outlasts the handler."""
        self.context.application.create_task(work, update=self.update)


@dataclass(frozen=True, slots=True)
class ButtonPress(ChatEvent):
    """A pressed button; `match` is what its data matched."""

    query: CallbackQuery
    match: re.Match[str]

    async def acknowledge(self, text: str | None = None, *, aloud: bool = False) -> None:
        """Stop the button's spinner; a text said `aloud` stays until it has been read."""
        await acknowledge(self.query, text, aloud=aloud)

    async def replace_text(self, text: str) -> int:
        """Replace the message of the button by a text; return the id of the message."""
        return await replace_text(self.bot, self.asker, self.query, text)

    async def retire(self) -> None:
        """Remove a button that has done its work from below its message."""
        message = self.query.message
        if not isinstance(message, Message) or message.reply_markup is None:
            return
        rows = [
            [each for each in row if each.callback_data != self.query.data]
            for row in message.reply_markup.inline_keyboard
        ]
        left = [row for row in rows if row]
        try:
            await self.query.edit_message_reply_markup(InlineKeyboardMarkup(left) if left else None)
        except TelegramError as error:  # an ornament: pressed again, it says that it was pressed
            logger.debug("A button that has done its work stays: %s", error)


# Finds who an update comes from; None, after saying why, for somebody who may not do this.
Check = Callable[[BotServices, Update, Bot], Awaitable[Asker | None]]
OnEvent = Callable[[ChatEvent], Awaitable[None]]
OnPress = Callable[[ButtonPress], Awaitable[None]]


class PublicCommands(CommandHandler[Any, Any]):
    """Commands that answer in groups too."""


class PublicButtons(CallbackQueryHandler[Any, Any]):
    """Buttons that answer in groups too."""


async def _find(services: BotServices, update: Update, bot: Bot) -> Asker | None:
    return await find_asker(services, update)


def on_event(services: BotServices, callback: OnEvent, check: Check = _find) -> Any:
    """A callback for any handler of messages."""

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        asker = await check(services, update, context.bot)
        if asker is not None and update.effective_message is not None:
            await callback(ChatEvent(asker, update, context))

    return handle


def command_handler(
    services: BotServices, command: MenuCommand, callback: OnEvent, check: Check = _find
) -> CommandHandler[Any, Any]:
    """A handler for new messages that begin with one of the command's names."""
    kind = PublicCommands if command.public else CommandHandler
    handle = on_event(services, callback, check)
    return kind(command.names, handle, filters.UpdateType.MESSAGE)


def message_handler(
    services: BotServices, kind: filters.BaseFilter, callback: OnEvent
) -> MessageHandler[Any, Any]:
    """A handler for the messages that pass a filter."""
    return MessageHandler(kind, on_event(services, callback))


def button_handler(
    services: BotServices, pattern: str, callback: OnPress, check: Check = _find
) -> CallbackQueryHandler[Any, Any]:
    """A handler for buttons whose whole data match a pattern; in private chats alone."""
    return CallbackQueryHandler(_on_press(services, pattern, callback, check), f"^{pattern}$")


def public_button_handler(
    services: BotServices, pattern: str, callback: OnPress
) -> CallbackQueryHandler[Any, Any]:
    """Like `button_handler`, in groups too."""
    return PublicButtons(_on_press(services, pattern, callback, _find), f"^{pattern}$")


def _on_press(services: BotServices, pattern: str, callback: OnPress, check: Check) -> Any:
    shape = re.compile(pattern, re.ASCII)

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await check(services, update, context.bot)
        match = shape.fullmatch(query.data or "") if query else None
        if query is not None and asker is not None and match is not None:
            await callback(ButtonPress(asker, update, context, query, match))

    return handle
