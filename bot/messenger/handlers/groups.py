"""The bot's arrival in groups and channels, and groups whose id changes."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from functools import partial

from telegram import Bot, Chat, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import Forbidden
from telegram.ext import ChatMemberHandler, ContextTypes, MessageHandler, filters

from bot.locale.messenger import AccessPhrases
from bot.messenger.asker import Asker, asker_of
from bot.messenger.events import Handlers, on_update
from bot.messenger.outbound.reply import say
from bot.messenger.services import phrases_for
from bot.state import chats
from bot.state.conversations import ConversationPlace

logger = logging.getLogger(__name__)


class GroupHandlers(Handlers):
    """Greet allowed groups; explain the refusal to others, and leave. In a channel, say nothing;
    explain in private to the person who added the bot."""

    @on_update(ChatMemberHandler)  # of the bot itself
    async def arrive(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        change, asker = update.my_chat_member, asker_of(update)
        if change is None or asker is None or asker.private:
            return
        present = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
        if change.new_chat_member.status not in present or change.old_chat_member.status in present:
            return
        if change.chat.type == ChatType.CHANNEL:
            await self._arrive_in_channel(context.bot, asker, change.chat)
            return
        phrases = asker.texts(AccessPhrases)
        if await self._services.group_may_ask(change.chat.id):
            await say(context.bot, asker, phrases.welcome(context.bot.username))
            return
        if self._roles.administers(asker.person_id):  # they can allow it there
            await say(context.bot, asker, phrases.group_waits)
            return
        with suppress(Forbidden):  # it may not write there
            await say(context.bot, asker, phrases.not_allowed(change.chat.id))
        logger.info("A group that is not allowed was left")
        await context.bot.leave_chat(change.chat.id)

    async def _arrive_in_channel(self, bot: Bot, asker: Asker, chat: Chat) -> None:
        person = asker.person_id
        own_phrases = await phrases_for(self._services, person, asker.phrases.code)
        phrases = AccessPhrases.of(own_phrases.code)
        is_allowed = await self._services.group_may_ask(chat.id) or self._roles.administers(person)
        text = (phrases.channel if is_allowed else phrases.channel_left)(chat.title or str(chat.id))
        try:
            await say(bot, replace(asker, place=ConversationPlace(person, 0, person)), text)
        except Forbidden as error:  # they have not written to the bot yet
            logger.info("The person who added the bot to a channel was not told: %s", error)
        if not is_allowed:
            logger.info("A channel that is not allowed was left")
            await bot.leave_chat(chat.id)

    @on_update(partial(MessageHandler, filters.StatusUpdate.MIGRATE))
    async def migrate(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Keep the conversations of a group that becomes a supergroup."""
        message = update.effective_message
        if message is not None and (new := message.migrate_to_chat_id) is not None:
            await self._run(chats.move_chat, message.chat.id, new, self._now())
