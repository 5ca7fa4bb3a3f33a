"""What Telegram adds to a reply: a reaction, a button that does it, a vote, a voice."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardMarkup, Message, ReactionTypeEmoji
from telegram.constants import ReactionEmoji
from telegram.error import TelegramError

from bot.answer import Answer
from bot.locale.messenger import PersonalPhrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, Handlers, on_button
from bot.messenger.outbound.keyboard import column, keyboard
from bot.messenger.outbound.reply import example_keyboard
from bot.messenger.services import BotServices
from bot.state import conversations, people, votes
from bot.understanding.texts import SelonPhrases, button_text

logger = logging.getLogger(__name__)

_SILENCE = "silence"
_WITH_EXAMPLES = ("greeting", "help", "coverage")


class ReplyHandlers(Handlers):
    """The button that ends all messages of the bot's own accord."""

    @on_button(_SILENCE)
    async def silence(self, press: ButtonPress) -> None:
        place, now = press.asker.place, self._now()

        def end(session: Session) -> None:
            people.listen_to_announcements(session, place.person_id, listens=False, now=now)
            for feature in self._services.features:
                feature.unsubscribe(session, place)

        await self._run(end)
        await press.acknowledge()
        await press.replace_text(press.asker.texts(SelonPhrases).unsubscribed)


async def reply_keyboard(
    services: BotServices, asker: Asker, answer: Answer
) -> InlineKeyboardMarkup | None:
    """The buttons below a reply: those that do what it speaks of, examples, or other readings."""
    if asker.private and answer.intent == "delete_data":
        phrases = asker.texts(PersonalPhrases)
        return column((phrases.forget, "forget:yes"), (phrases.do_not_forget, "forget:no"))
    if asker.private and answer.intent == "unsubscribe":
        return column((button_text("unsubscribe", asker.phrases.code) or "", _SILENCE))
    if answer.intent in _WITH_EXAMPLES and answer.understood is None:
        return await example_keyboard(services, asker)
    return keyboard(answer, 0, asker.phrases)


async def react(bot: Bot, message: Message, answer: Answer) -> bool:
    """Answer thanks with a reaction; False if that is impossible or for other messages."""
    if answer.intent != "thanks":
        return False
    emoji = [ReactionTypeEmoji(ReactionEmoji.RED_HEART)]
    try:
        return await bot.set_message_reaction(message.chat.id, message.message_id, emoji)
    except TelegramError as error:
        logger.debug("A reaction was refused: %s", error)
        return False


async def note_mistake(services: BotServices, asker: Asker, answer: Answer) -> None:
    """Count « c'est faux » as a vote against the last answer."""
    if answer.intent != "wrong":
        return
    now, place = services.now(), asker.place

    def vote(session: Session) -> None:
        turns = conversations.history(session, place, now, services.lifetime, 1)
        for turn in turns:
            votes.cast(session, turn.id, place.person_id, good=False, now=now)

    await services.run(vote)
