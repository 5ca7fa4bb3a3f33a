"""A question, and its answer."""

from __future__ import annotations

from functools import partial

from telegram import Message, Update
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.answer import Answer
from bot.messenger.answers import keyboard, sources_of
from bot.messenger.delivery import deliver, typing_shown
from bot.messenger.desk import Asker, Desk, TelegramApplication, met
from bot.messenger.handlers.voting import Voting
from bot.messenger.html import answer_html
from bot.messenger.saying import say
from bot.state import conversations
from bot.state.conversations import NewTurn

QUESTION_LIMIT = 1_000
"""Characters of a question; about half of what the embedding model reads before it cuts."""


class Asking:
    """Any text is a question in a private chat."""

    def __init__(self, desk: Desk, voting: Voting) -> None:
        self._desk = desk
        self._voting = voting

    def register(self, application: TelegramApplication) -> None:
        private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
        text = private & filters.TEXT & ~filters.COMMAND
        application.add_handler(MessageHandler(text, self.question))

    async def question(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer, what the answer rests on being kept before it is sent."""
        message, asker = update.effective_message, await met(self._desk, update)
        if message is None or message.text is None or asker is None:
            return
        if await self._voting.commented(message, asker):
            return
        if len(message.text) > QUESTION_LIMIT:
            await say(context.bot, asker, asker.phrases.too_long(QUESTION_LIMIT))
            return
        async with typing_shown(context.bot, asker.place):
            answer = await self._desk.chain.ainvoke(message.text)
        turn = await self._kept(asker, message, answer)
        html = answer_html(answer, asker.phrases)
        sent = await deliver(context.bot, asker.place, html, keyboard(answer, turn, asker.phrases))
        record = partial(conversations.answered_with, turn_id=turn, messages=sent)
        await self._desk.state.run(record)

    async def _kept(self, asker: Asker, message: Message, answer: Answer) -> int:
        new = NewTurn(
            question=answer.question,
            turn={},
            sources=sources_of(answer),
            answered=answer.answered,
            confidence=answer.confidence,
            generation=self._desk.library.generation(),
            question_message=message.message_id,
        )
        add = partial(
            conversations.add_turn,
            place=asker.place,
            new=new,
            now=self._desk.now(),
            lifetime=self._desk.lifetime,
        )
        return await self._desk.state.run(add)
