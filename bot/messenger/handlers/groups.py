"""In which groups the bot answers, and what it says on arrival."""

from __future__ import annotations

import logging
from functools import partial

from telegram import Chat, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import (
    ApplicationHandlerStop,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.messenger.addressed import addressed, by_another_bot
from bot.messenger.desk import Desk, TelegramApplication, asker_of
from bot.messenger.saying import say
from bot.phrases.groups import group_phrases_for
from bot.state import chats

logger = logging.getLogger(__name__)

FIRST = -10
"""The group of handlers that see every update before the features do."""


class Groups:
    """Groups that are allowed are greeted; others are told why not, and left."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, application: TelegramApplication) -> None:
        application.add_handler(TypeHandler(Update, self.gate), FIRST)
        application.add_handler(ChatMemberHandler(self.arrive, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, self.migrate))

    async def gate(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Other bots are never answered, nor are groups that are not allowed."""
        chat, message = update.effective_chat, update.effective_message
        if chat is None:
            return
        if update.callback_query is None and message is not None and by_another_bot(message):
            raise ApplicationHandlerStop
        if chat.type == ChatType.CHANNEL:
            raise ApplicationHandlerStop
        if chat.type == ChatType.PRIVATE or update.my_chat_member is not None:
            return
        if await self._allowed(chat):
            return
        text = (message.text or "") if message is not None else ""
        asker = asker_of(update)
        spoken = message is not None and (
            text.startswith("/") or addressed(message, context.bot.id, context.bot.username)
        )
        if asker is not None and spoken:
            phrases = group_phrases_for(asker.phrases.code)
            await say(context.bot, asker, phrases.not_allowed(chat.id))
        raise ApplicationHandlerStop

    async def arrive(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        change, asker = update.my_chat_member, asker_of(update)
        if change is None or asker is None or asker.private:
            return
        there = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
        if change.new_chat_member.status not in there or change.old_chat_member.status in there:
            return
        phrases = group_phrases_for(asker.phrases.code)
        if await self._allowed(change.chat):
            await say(context.bot, asker, phrases.welcome(context.bot.username))
            return
        await say(context.bot, asker, phrases.not_allowed(change.chat.id))
        logger.info("The group %d is not allowed and was left", change.chat.id)
        await context.bot.leave_chat(change.chat.id)

    async def migrate(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A group that becomes a supergroup keeps its conversations."""
        message = update.effective_message
        if message is not None and message.migrate_to_chat_id is not None:
            move = partial(
                chats.migrated,
                old=message.chat.id,
                new=message.migrate_to_chat_id,
                now=self._desk.now(),
            )
            await self._desk.state.run(move)

    async def _allowed(self, chat: Chat) -> bool:
        seen = await self._desk.state.run(
            partial(chats.seen, chat_id=chat.id, now=self._desk.now())
        )
        if seen.allowed is not None:
            return seen.allowed
        groups = self._desk.settings.allowed_groups
        return groups is None or chat.id in groups
