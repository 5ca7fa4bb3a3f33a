"""Guest queries: `@bot c’est vrai ?` below a message in a chat that the bot is not a member of."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from telegram import Chat, InlineQueryResultArticle, Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.answering.claim import join_claims
from bot.followups.turn import Turn, TurnText
from bot.locale.answers import Phrases
from bot.locale.messenger import AccessPhrases
from bot.messenger.asker import author
from bot.messenger.events import Handlers, on_update
from bot.messenger.handlers.inline import message_content
from bot.messenger.handlers.question import QUESTION_LIMIT
from bot.messenger.inbound.addressee import (
    by_another_bot,
    points_at,
    text_replied_to,
    without_mention,
    words_on,
)
from bot.messenger.journal import stop_event
from bot.messenger.outbound.answer_html import answer_html, claims_html, text_html
from bot.messenger.outbound.retry import request_with_retry
from bot.messenger.services import phrases_for
from bot.operations.metrics import METERS
from bot.state import chats
from index.errors import NoIndex
from index.text.language import detect

logger = logging.getLogger(__name__)


class GuestHandlers(Handlers):
    """Quote what the articles say about the message that somebody replies to, or answer their
    question; store nothing."""

    @on_update(partial(MessageHandler, filters.UpdateType.GUEST_MESSAGE))
    async def query(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.guest_message
        person = author(update)
        if message is None or person is None or by_another_bot(message):
            return
        bot, user = context.bot, message.from_user
        phrases = await phrases_for(self._services, person, user.language_code if user else None)
        refusal = await self._refuse(message.chat, person, AccessPhrases.of(phrases.code))
        if refusal is not None:
            if refusal:
                await _post(message, text_html(refusal, phrases.code))
            return
        own = without_mention(message, bot.username)
        words = words_on(message) if own is None else own
        about = text_replied_to(message, bot.id)[:QUESTION_LIMIT].strip()
        try:
            html = await self._answer(words[:QUESTION_LIMIT], about, phrases, bot.username)
        except NoIndex:
            html = text_html(phrases.no_index, phrases.code)
        except Exception:
            await _post(message, text_html(phrases.failed, phrases.code))
            raise
        await _post(message, html)

    async def _refuse(self, chat: Chat, person: int, texts: AccessPhrases) -> str | None:
        """The reason to refuse somebody there, empty if they were told; None if they may ask."""
        group = None if chat.type == ChatType.PRIVATE else chat.id
        over = await self._services.limits.take(person, group, way="guest")
        if over is not None and not self._roles.may_add(person):
            return "" if over.was_notified else texts.over(over.seconds, over.group)
        return None if await self._may_ask(person, group) else texts.inline_refused

    async def _may_ask(self, person: int, group: int | None) -> bool:
        """True for people who may ask in private; in a listed or allowed group, for all but barred
        people."""
        roles, settings = self._roles, self._services.settings
        decision = await self._run(chats.decision, group) if group is not None else None
        if group is None or (decision is None and settings.allowed_groups is None):
            return roles.may_ask(person)
        return roles.group_may_ask(group, decision) and not roles.is_barred(person)

    async def _answer(
        self, words: str, about: str, phrases: Phrases, username: str
    ) -> tuple[str, ...]:
        for text in (words, about):
            if help := await self._services.help_for(text):
                METERS.count_answer(help, "guest")
                return answer_html(help, phrases)
        claims = await self._services.answer_claims(about) if points_at(words) else []
        if claims:
            METERS.count_answer(join_claims(about, claims), "guest")
            return claims_html(claims, phrases)
        question = about if about and points_at(words) else words
        if points_at(question):
            return text_html(AccessPhrases.of(phrases.code).guest_usage(username), phrases.code)
        context = None
        if about and question != about:
            context = Turn(about, about, detect(about), self._now())
        turn = TurnText(question, replied_turn=context, is_extractive=True)
        answer = await self._services.chain.ainvoke(turn)
        METERS.count_answer(answer, "guest")
        return answer_html(answer, phrases)


async def _post(message: Message, html: Sequence[str]) -> None:
    """Post the first of these messages in the chat where the bot was asked."""
    result = InlineQueryResultArticle("answer", "Selon", message_content(html[0]))
    try:
        await request_with_retry(partial(message.answer_guest_query, result), stop_event())
    except BadRequest as error:  # answered before a restart, or after too long a time
        logger.info("A guest query was not answered: %s", error)
