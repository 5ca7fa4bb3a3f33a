"""Access control: the gate that sees every update first, and the administrator check."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import timedelta

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import (
    ApplicationHandlerStop,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    TypeHandler,
)

from bot.answering.selection import choose_articles
from bot.locale.administration import AdministrationPhrases
from bot.locale.messenger import AccessPhrases, PersonalPhrases
from bot.messenger.asker import Asker, TelegramApplication, asker_of, author
from bot.messenger.events import Handlers, PublicButtons, PublicCommands
from bot.messenger.inbound.addressee import by_another_bot, question_in
from bot.messenger.menus import MenuCommand, reset_menu
from bot.messenger.outbound.keyboard import QUESTION_PREFIX
from bot.messenger.outbound.reply import acknowledge, give_help, say, whisper
from bot.messenger.services import BotServices, find_asker, phrases_for
from bot.rights import read_collections
from bot.state import meters, people
from bot.state.limits import Over

logger = logging.getLogger(__name__)

GATE_GROUP = -10  # handler group that precedes the features
_FEATURES_GROUP = 0

STRANGER_NOTICE_INTERVAL = timedelta(hours=1)  # between notices to a stranger
_INVITATION_NOTICE_INTERVAL = timedelta(minutes=1)  # between notices of an expired invitation
PRESS_COST = 0.2  # of pressing a button that asks no question, in messages
_INVITATION = re.compile(r"/start(?:@\w+)?\s+([\w-]{32})\s*$", re.ASCII)
_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?", re.ASCII)
_FORGET_BUTTON = re.compile(r"forget:(yes|no)")


class Gate(Handlers):
    """Passes updates of people who may ask, where they may, within their limits."""

    def __init__(
        self,
        services: BotServices,
        own_data: Sequence[MenuCommand],
        decision_commands: Sequence[MenuCommand],
    ) -> None:
        """`own_data` commands are open to everybody about whom something is stored. With
        `decision_commands`, an administrator admits a group."""
        super().__init__(services)
        self._own_data = own_data
        self._decision_commands = decision_commands

    def register(self, application: TelegramApplication) -> None:
        application.add_handler(TypeHandler(Update, self.pass_or_stop), GATE_GROUP)

    async def pass_or_stop(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        chat, asker, message = update.effective_chat, asker_of(update), update.effective_message
        if chat is None or update.my_chat_member is not None:
            return  # inline queries check access themselves; arrivals need none
        is_by_a_bot = message and not update.callback_query and by_another_bot(message)
        if chat.type == ChatType.CHANNEL or is_by_a_bot:
            raise ApplicationHandlerStop
        # Guest queries, whose asker has no place here, check access themselves, too.
        if asker is None or message is None or not _is_for_the_bot(update, message, context.bot):
            return  # not for the bot, but it may be a group that moves
        person = author(update) or asker.person_id
        if not await self._check_access(context.bot, update, asker, person):
            raise ApplicationHandlerStop
        if over := await self._count(update, asker, person):
            phrases = await phrases_for(self._services, asker.person_id, asker.phrases.code)
            text = AccessPhrases.of(phrases.code).over(over.seconds, over.group)
            if update.callback_query is not None:
                await acknowledge(update.callback_query, text)
            elif not await self._help(context.bot, update, asker) and not over.was_notified:
                await (say if over.group else whisper)(context.bot, asker, text)
            raise ApplicationHandlerStop
        # A group reads what it may read, whoever asks in it.
        chat_id = person if asker.private else chat.id
        read_collections(await self._services.rights_in(chat_id))
        if not asker.private:
            if _is_for_one_person(update, context.application):
                await self._refer_to_private_chat(context.bot, update, asker)
                raise ApplicationHandlerStop
            # Questions in a group are answered from the articles chosen for it.
            choose_articles(await self._services.selection(asker.place))

    async def _check_access(self, bot: Bot, update: Update, asker: Asker, person: int) -> bool:
        """True if somebody may ask here; otherwise tell them from time to time."""
        roles = self._roles
        if asker.private:
            if roles.may_ask(person) or await self._concerns_own_data(update, person):
                return True
            if not await self._accept_invitation(bot, update, asker):
                text = self._stranger_text(asker)
                await self._notify(bot, update, asker, f"stranger:{person}", text)
            return False
        chat = asker.place.chat_id
        may_ask = await self._services.group_may_ask(chat)
        if roles.is_barred(person):
            return False
        if may_ask or (roles.administers(person) and _is_command(update, self._decision_commands)):
            return True
        text = asker.texts(AccessPhrases).not_allowed(chat)
        await self._notify(bot, update, asker, f"group:{chat}", text)
        return False

    async def _concerns_own_data(self, update: Update, person: int) -> bool:
        """True if people about whom something is stored want to see or erase it."""
        query = update.callback_query
        is_erasure = query is not None and _FORGET_BUTTON.fullmatch(query.data or "") is not None
        if not is_erasure and not _is_command(update, self._own_data):
            return False
        return await self._run(people.is_known, person) or self._roles.is_barred(person)

    async def _accept_invitation(self, bot: Bot, update: Update, asker: Asker) -> bool:
        """True if a stranger followed an invitation link; tell them whether it is valid."""
        token = start_token(update)
        person, phrases = asker.person_id, asker.texts(AccessPhrases)
        if token is None or self._roles.is_barred(person):
            return False
        role = await self._roles.accept(token, person, self._now())
        if role is not None:
            await say(bot, asker, phrases.accepted[role])
        else:
            key, every = f"link:{person}", _INVITATION_NOTICE_INTERVAL
            await self._notify(bot, update, asker, key, phrases.invitation_gone, every)
        return True

    async def _notify(
        self,
        bot: Bot,
        update: Update,
        asker: Asker,
        key: str,
        text: str,
        every: timedelta = STRANGER_NOTICE_INTERVAL,
    ) -> None:
        """Send a notice at most once per interval; give help first if it is needed."""
        if update.callback_query is not None:
            await acknowledge(update.callback_query)
        elif await self._help(bot, update, asker):
            return
        if await self._run(meters.notice, key, self._now(), every):
            await say(bot, asker, text)

    async def _count(self, update: Update, asker: Asker, person: int) -> Over | None:
        """Count an update against the limits; return the exceeded one, if any."""
        if self._roles.may_add(person):
            return None
        group, query = None if asker.private else asker.place.chat_id, update.callback_query
        is_question = query is None or (query.data or "").startswith(f"{QUESTION_PREFIX}:")
        return await self._services.limits.take(person, group, 1.0 if is_question else PRESS_COST)

    async def _help(self, bot: Bot, update: Update, asker: Asker) -> bool:
        """Give help to somebody in distress, whether they may ask or not."""
        message = update.effective_message
        text = (message.text or message.caption or "") if message and asker.private else ""
        return await give_help(self._services, bot, asker, text)

    async def _refer_to_private_chat(self, bot: Bot, update: Update, asker: Asker) -> None:
        own_phrases = await phrases_for(self._services, asker.person_id, asker.phrases.code)
        phrases = PersonalPhrases.of(own_phrases.code)
        if update.callback_query is not None:
            await acknowledge(update.callback_query, phrases.in_private)
            return
        button = InlineKeyboardButton(phrases.open_private, url=f"https://t.me/{bot.username}")
        await whisper(bot, asker, phrases.in_private, InlineKeyboardMarkup([[button]]))

    def _stranger_text(self, asker: Asker) -> str:
        phrases, access = asker.texts(AccessPhrases), self._services.settings.access
        if access == "open":
            return phrases.barred
        return (phrases.not_listed if access == "list" else phrases.not_invited)(asker.person_id)


def start_token(update: Update) -> str | None:
    """The token of an invitation link that somebody followed."""
    match = _INVITATION.match(update.message.text or "") if update.message else None
    return match[1] if match else None


def _is_for_the_bot(update: Update, message: Message, bot: Bot) -> bool:
    if update.callback_query is not None or message.chat.type == ChatType.PRIVATE:
        return True
    if command := _COMMAND.match(message.text or ""):
        return command[2] is None or command[2].lower() == bot.username.lower()
    return question_in(message, bot.id, bot.username) is not None


def _is_command(update: Update, commands: Sequence[MenuCommand]) -> bool:
    match = _COMMAND.match(update.message.text or "") if update.message else None
    names = {name for command in commands for name in command.names}
    return match is not None and match[1].lower() in names


def _is_for_one_person(update: Update, application: TelegramApplication) -> bool:
    """True if the command or button for an update is not public."""
    for handler in application.handlers[_FEATURES_GROUP]:
        if handler.check_update(update) not in (None, False):
            is_guarded = isinstance(handler, CommandHandler | CallbackQueryHandler)
            return is_guarded and not isinstance(handler, PublicCommands | PublicButtons)
    return False


async def decides_here(services: BotServices, update: Update, bot: Bot) -> bool:
    """True for administrators of the group, also when writing on its behalf, and of Selon."""
    message, asker = update.effective_message, asker_of(update)
    if message is None or asker is None:
        return False
    place = asker.place
    if services.roles.administers(place.person_id):
        return True
    if update.callback_query is None and message.sender_chat is not None:
        return message.sender_chat.id == place.chat_id
    try:
        member = await bot.get_chat_member(place.chat_id, place.person_id)
    except TelegramError as error:
        logger.warning("Who administers a group could not be asked: %s", error)
        return False
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


async def require_administrator(
    services: BotServices,
    update: Update,
    bot: Bot,
    *,
    editors: bool = False,
    acknowledges: bool = True,
) -> Asker | None:
    """Return the person if they are an administrator; otherwise tell them and return None.

    `editors` admits editors, too. Without `acknowledges`, the caller acknowledges a permitted
    button press.
    """
    asker = await find_asker(services, update)
    if asker is None:
        return None
    phrases, person = asker.texts(AdministrationPhrases), asker.person_id
    may = services.roles.administers(person) or (editors and services.roles.may_add(person))
    if update.callback_query is not None and (acknowledges or not may):
        await acknowledge(update.callback_query)
    if not may:
        await say(bot, asker, phrases.not_administrator)
        if asker.private:
            await reset_menu(bot, person)
        return None
    return asker
