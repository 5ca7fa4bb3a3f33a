"""Commands, messages and pressed buttons as handlers receive them, and how they register."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.feature import AnyJob
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import Markup, deliver, edit
from bot.messenger.outbound.reply import acknowledge, replace_message, say
from bot.messenger.services import BotServices, find_asker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """A command or message, and its sender."""

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
        """The words after a command."""
        words = (self.message.text or "").split(maxsplit=1)
        return words[1].strip() if len(words) > 1 else ""

    async def say(
        self, text: str, keyboard: Markup | None = None, reply_to: int | None = None
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
        """Start work that outlives the handler."""
        self.context.application.create_task(work, update=self.update)


@dataclass(frozen=True, slots=True)
class ButtonPress(ChatEvent):
    """A pressed button; `match` is the match of its data."""

    query: CallbackQuery
    match: re.Match[str]

    @property
    def message_id(self) -> int | None:
        """The id of the button's message, if Telegram still knows it."""
        return self.query.message.message_id if self.query.message else None

    @property
    def label(self) -> str:
        """The text on the button; empty if its message is too old for Telegram to show it."""
        message = self.query.message
        if not isinstance(message, Message) or message.reply_markup is None:
            return ""
        buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
        return next(
            (button.text for button in buttons if button.callback_data == self.query.data), ""
        )

    async def acknowledge(self, text: str | None = None, *, aloud: bool = False) -> None:
        """Stop the button's spinner; a text shown `aloud` is a dialog."""
        await acknowledge(self.query, text, aloud=aloud)

    async def replace_text(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> int:
        """Replace the button's message and its buttons, or send a new message if it is too old;
        return the message's id."""
        return await replace_message(self.bot, self.asker, self.message_id, text, keyboard)

    async def show_page(self, html: str, keyboard: InlineKeyboardMarkup | None) -> None:
        """Show another page in the button's message. Raises BadRequest if that is impossible."""
        if self.message_id is None:
            raise BadRequest("the message is too old")
        await edit(self.bot, self.asker.place.chat_id, self.message_id, html, keyboard)

    async def retire(self) -> None:
        """Remove a used button from its message."""
        message = self.query.message
        if not isinstance(message, Message) or message.reply_markup is None:
            return
        rows = [
            [button for button in row if button.callback_data != self.query.data]
            for row in message.reply_markup.inline_keyboard
        ]
        rows = [row for row in rows if row]
        try:
            await self.query.edit_message_reply_markup(InlineKeyboardMarkup(rows) if rows else None)
        except TelegramError as error:  # cosmetic: another press is answered
            logger.debug("A used button could not be removed: %s", error)


# Returns the sender of an update, or None after telling them that they may not do this.
Check = Callable[[BotServices, Update, Bot], Awaitable[Asker | None]]
Callback = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]
Method = TypeVar("Method", bound=Callable[..., Awaitable[None]])
_Route = Callable[[BotServices, Any], BaseHandler[Any, Any, Any]]


class _Decorator(Protocol):
    def __call__(self, method: Method, /) -> Method: ...


class PublicCommands(CommandHandler[Any, Any]):
    """Commands that answer in groups too."""


class PublicButtons(CallbackQueryHandler[Any, Any]):
    """Buttons that answer in groups too."""


class Handlers:
    """Handlers of related commands, buttons and messages: its decorated methods."""

    def __init__(self, services: BotServices) -> None:
        self._services = services
        self._run, self._now, self._roles = services.run, services.now, services.roles

    def register(self, application: TelegramApplication) -> None:
        """Register the decorated methods in the order of their definition."""
        for name, method in vars(type(self)).items():
            for route in getattr(method, "routes", ()):
                application.add_handler(route(self._services, getattr(self, name)))

    @property
    def jobs(self) -> Sequence[AnyJob]:
        """Jobs to run at start and at intervals."""
        return ()


async def _find(services: BotServices, update: Update, bot: Bot) -> Asker | None:
    return await find_asker(services, update)


def on_update(handler: Callable[[Callback], BaseHandler[Any, Any, Any]]) -> _Decorator:
    """Call the method with an update and its context, as the library's `handler` does."""
    return _route(lambda services, method: handler(method))


def on_command(command: MenuCommand, check: Check = _find) -> _Decorator:
    """Call the method with a `ChatEvent` for new messages that begin with the command."""
    kind = PublicCommands if command.public else CommandHandler
    return _route(
        lambda services, method: kind(
            command.names, _on_event(services, method, check), filters.UpdateType.MESSAGE
        )
    )


def on_commands(commands: Sequence[MenuCommand]) -> _Decorator:
    """Call the method for new messages that begin with any of the commands."""

    def decorate(method: Method) -> Method:
        for command in commands:
            on_command(command)(method)
        return method

    return decorate


def on_message(
    kind: filters.BaseFilter | Callable[[BotServices], filters.BaseFilter],
) -> _Decorator:
    """Call the method with a `ChatEvent` for the messages that pass a filter."""

    def route(services: BotServices, method: Any) -> BaseHandler[Any, Any, Any]:
        accepts = kind if isinstance(kind, filters.BaseFilter) else kind(services)
        return MessageHandler(accepts, _on_event(services, method, _find))

    return _route(route)


def on_button(pattern: str, check: Check = _find, *, public: bool = False) -> _Decorator:
    """Call the method with a `ButtonPress` for buttons whose whole data match a pattern. They work
    only in private chats, unless they are `public`."""
    kind = PublicButtons if public else CallbackQueryHandler
    shape = re.compile(pattern, re.ASCII)

    def route(services: BotServices, method: Any) -> BaseHandler[Any, Any, Any]:
        async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            query, asker = update.callback_query, await check(services, update, context.bot)
            match = shape.fullmatch(query.data or "") if query else None
            if query is not None and asker is not None and match is not None:
                await method(ButtonPress(asker, update, context, query, match))

        return kind(handle, f"^{pattern}$")

    return _route(route)


def _route(route: _Route) -> _Decorator:
    def decorate(method: Method) -> Method:
        vars(method).setdefault("routes", []).append(route)
        return method

    return decorate


def _on_event(services: BotServices, method: Any, check: Check) -> Callback:
    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        asker = await check(services, update, context.bot)
        if asker is not None and update.effective_message is not None:
            await method(ChatEvent(asker, update, context))

    return handle
