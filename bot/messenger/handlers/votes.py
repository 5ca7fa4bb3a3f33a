"""Votes on answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

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
_BY_PEOPLE = MessageReactionHandler.MESSAGE_REACTION_UPDATED
_THUMBS = (ReactionEmoji.THUMBS_UP, ReactionEmoji.THUMBS_DOWN)
COMMENT_LIMIT = 1_000


class VoteHandlers(Handlers):
    """Votes by buttons and reactions. After a 👎, ask for the reason or the expected answer."""

    @on_button(_VOTE, public=True)
    async def vote(self, press: ButtonPress) -> None:
        person, phrases = press.asker.person_id, press.asker.texts(BrowsingPhrases)
        turn_id, good = int(press.match[1]), press.match[2] == "1"
        if not await self._run(votes.cast, turn_id, person, good=good, now=self._now()):
            await press.acknowledge(phrases.gone)
            return
        if not good and await self._run(votes.is_reason_asked, turn_id, person):
            await press.acknowledge(phrases.shown_below)
            return
        await press.acknowledge(phrases.thanks)
        if good:
            return
        turn = await self._run(conversations.turn, turn_id)
        has_quotes = turn is not None and any(source["cited"] for source in turn.sources)
        buttons = [
            InlineKeyboardButton(text, callback_data=f"r:{turn_id}:{reason}")
            for reason, text in phrases.reasons.items()
        ]
        keyboard = InlineKeyboardMarkup([buttons[:2], buttons[2:]]) if has_quotes else None
        question = phrases.why if has_quotes else phrases.expected
        (message_id,) = await press.say(question, keyboard, press.message_id)
        await self._run(votes.record_reason_question, turn_id, person, message_id)

    @on_update(partial(MessageReactionHandler, message_reaction_types=_BY_PEOPLE))
    async def react(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Count a 👍 or 👎 put on an answer, or removed, without a reply."""
        change, asker = update.message_reaction, asker_of(update)
        if change is None or change.user is None or change.user.is_bot or asker is None:
            return  # anonymous ones are nobody's vote
        turn = await self._run(conversations.turn_of_answer, change.chat.id, change.message_id)
        if turn is None or not await self._may_vote(asker):
            return
        before, after = _thumbs(change.old_reaction), _thumbs(change.new_reaction)
        if before == after:
            return
        person, now = asker.person_id, self._now()
        if after:
            new = [thumb for thumb in after if thumb not in before] or after
            good = new[-1] == ReactionEmoji.THUMBS_UP
            await self._run(votes.cast, turn.id, person, good=good, now=now, by_reaction=True)
        else:
            await self._run(votes.take_back, turn.id, person)

    async def _may_vote(self, asker: Asker) -> bool:
        """True if somebody may ask here and is within their limit."""
        person, group = asker.person_id, None if asker.private else asker.place.chat_id
        may_ask = await self._services.may_ask(asker)
        if not may_ask or self._roles.may_add(person):
            return may_ask
        return await self._services.limits.take(person, group, PRESS_COST) is None

    @on_button(_REASON, public=True)
    async def reason(self, press: ButtonPress) -> None:
        phrases, turn_id = press.asker.texts(BrowsingPhrases), int(press.match[1])
        reason = next(reason for reason in votes.REASONS if reason == press.match[2])
        is_stored = await self._run(votes.explain, turn_id, press.asker.person_id, reason)
        await press.acknowledge()
        await press.replace_text(phrases.noted if is_stored else phrases.gone)

    async def take_comment(self, message: Message, asker: Asker) -> bool:
        """Store a reply to the question for a reason; False if the message is none."""
        replied_message, words = message.reply_to_message, words_on(message)[:COMMENT_LIMIT]
        if replied_message is None or not words:
            return False
        chat, person, question = message.chat.id, asker.person_id, replied_message.message_id
        if not await self._run(votes.comment, chat, person, question, words):
            return False
        await say(message.get_bot(), asker, asker.texts(BrowsingPhrases).comment)
        return True


def _thumbs(reactions: Sequence[ReactionType]) -> list[str]:
    """The reactions that vote, in order."""
    emoji = [reaction.emoji for reaction in reactions if isinstance(reaction, ReactionTypeEmoji)]
    return [thumb for thumb in emoji if thumb in _THUMBS]
