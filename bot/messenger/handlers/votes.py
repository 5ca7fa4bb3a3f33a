"""Votes on answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy.orm import Session
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReactionType,
    ReactionTypeEmoji,
    Update,
)
from telegram.constants import ReactionEmoji
from telegram.ext import ContextTypes, MessageReactionHandler

from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker, asker_of
from bot.messenger.events import ButtonPress, Handlers, on_button, on_update
from bot.messenger.handlers.gate import PRESS_COST
from bot.messenger.inbound.addressee import words_on
from bot.messenger.outbound.reply import say
from bot.state import conversations, votes

_VOTE = r"v:(\d{1,18}):([01])"
_REASON = rf"r:(\d{{1,18}}):({'|'.join(votes.REASONS)})"
_OF_PEOPLE = MessageReactionHandler.MESSAGE_REACTION_UPDATED
COMMENT_LIMIT = 1_000


class VoteHandlers(Handlers):
    """Votes by buttons and reactions; a 👎 is asked for its reason, or for the expected answer."""

    @on_button(_VOTE, public=True)
    async def vote(self, press: ButtonPress) -> None:
        person, phrases = press.asker.person_id, press.asker.texts(BrowsingPhrases)
        turn, good = int(press.match[1]), press.match[2] == "1"
        if not await self._services.run(
            votes.cast, turn_id=turn, person_id=person, good=good, now=self._services.now()
        ):
            await press.acknowledge(phrases.gone)
            return
        if not good and await self._services.run(
            votes.is_reason_asked, turn_id=turn, person_id=person
        ):
            await press.acknowledge(phrases.shown_below)
            return
        await press.acknowledge(phrases.thanks)
        if good:
            return
        kept = await self._services.run(conversations.turn, turn_id=turn)
        quoted = kept is not None and any(each["cited"] for each in kept.sources)
        buttons = [
            InlineKeyboardButton(text, callback_data=f"r:{turn}:{reason}")
            for reason, text in phrases.reasons.items()
        ]
        keyboard = InlineKeyboardMarkup([buttons[:2], buttons[2:]]) if quoted else None
        reply_to = press.query.message.message_id if press.query.message else None
        asked_for = phrases.why if quoted else phrases.expected
        (sent,) = await press.say(asked_for, keyboard, reply_to)
        await self._services.run(
            votes.record_reason_question, turn_id=turn, person_id=person, message_id=sent
        )

    @on_update(partial(MessageReactionHandler, message_reaction_types=_OF_PEOPLE))
    async def react(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Count a 👍 or 👎 put on an answer, or removed, without a reply."""
        change, asker = update.message_reaction, asker_of(update)
        if change is None or change.user is None or change.user.is_bot or asker is None:
            return  # anonymous ones are nobody's vote
        turn = await self._services.run(
            conversations.turn_of_answer, chat_id=change.chat.id, message_id=change.message_id
        )
        person = asker.person_id
        if turn is None or not await self._may_vote(asker):
            return
        before, after = _thumbs(change.old_reaction), _thumbs(change.new_reaction)
        put = [each for each in after if each not in before] or after
        now = self._services.now()
        change_vote: Callable[[Session], object] = partial(
            votes.take_back, turn_id=turn.id, person_id=person
        )
        if put:
            good = put[-1] == ReactionEmoji.THUMBS_UP
            change_vote = partial(
                votes.cast, turn_id=turn.id, person_id=person, good=good, now=now, reacted=True
            )
        if before != after:
            await self._services.run(change_vote)

    async def _may_vote(self, asker: Asker) -> bool:
        """Whether somebody is answered here, and does not press without end."""
        services, person, chat = self._services, asker.person_id, asker.place.chat_id
        if asker.private and not services.roles.may_ask(person):
            return False
        if not asker.private:
            may_ask = await services.group_may_ask(chat)
            if services.roles.is_barred(person) or not may_ask:
                return False
        group = None if asker.private else chat
        return (
            services.roles.may_add(person)
            or await services.limits.take(person, group, PRESS_COST) is None
        )

    @on_button(_REASON, public=True)
    async def reason(self, press: ButtonPress) -> None:
        asker = press.asker
        reason = next(each for each in votes.REASONS if each == press.match[2])
        kept = await self._services.run(
            votes.explain, turn_id=int(press.match[1]), person_id=asker.person_id, reason=reason
        )
        await press.acknowledge()
        text = asker.texts(BrowsingPhrases).noted if kept else asker.texts(BrowsingPhrases).gone
        await press.replace_text(text)

    async def take_comment(self, message: Message, asker: Asker) -> bool:
        """Store a reply to the question why; False if the message is none."""
        replied = message.reply_to_message
        words = words_on(message)
        if replied is None or not words:
            return False
        if not await self._services.run(
            votes.comment,
            person_id=asker.person_id,
            message_id=replied.message_id,
            text=words[:COMMENT_LIMIT],
        ):
            return False
        await say(message.get_bot(), asker, asker.texts(BrowsingPhrases).comment)
        return True


def _thumbs(reactions: Sequence[ReactionType]) -> list[str]:
    """The reactions that vote, in order."""
    emoji = [each.emoji for each in reactions if isinstance(each, ReactionTypeEmoji)]
    return [each for each in emoji if each in (ReactionEmoji.THUMBS_UP, ReactionEmoji.THUMBS_DOWN)]
