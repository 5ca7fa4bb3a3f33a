"""Questions and answers, which can be edited."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.answer import Answer
from bot.answering.claim import join_claims
from bot.answering.selection import chosen_articles, held_to
from bot.conversation.turns import new_turn
from bot.errors import StateError
from bot.followups.base import ConversationChain
from bot.followups.turn import HISTORY_TURNS, Turn, TurnText, parse_turn
from bot.llm.budget import on_behalf_of
from bot.locale.messenger import AccessPhrases, BrowsingPhrases
from bot.messenger.asker import Asker, TelegramApplication, asker_of
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command, on_update
from bot.messenger.feature import Referent
from bot.messenger.handlers.replies import note_mistake, react, reply_keyboard
from bot.messenger.handlers.votes import VoteHandlers
from bot.messenger.inbound.addressee import (
    by_another_bot,
    command_in,
    points_at,
    question_in,
    text_replied_to,
)
from bot.messenger.inbound.inbox import DurableApplication
from bot.messenger.journal import take_late_notice
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html, claims_html, text_html
from bot.messenger.outbound.delivery import deliver, deliver_temporary, edit, show_typing, take_away
from bot.messenger.outbound.keyboard import QUESTION_PREFIX, keyboard
from bot.messenger.outbound.reply import example_keyboard, give_help, say
from bot.messenger.services import BotServices, find_asker, phrases_for
from bot.operations.metrics import METERS
from bot.state import conversations, meters
from bot.state.conversations import ConversationPlace, TurnRecord
from bot.understanding.command import parse_command
from index.article import Selection
from index.text.language import detect

logger = logging.getLogger(__name__)

ASK = MenuCommand(
    "demander", "ask", "Poser une question", "Ask a question", public=True, groups=True
)


class ConversationMemory:
    """Answers questions in stored conversations."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    async def answer(
        self,
        place: ConversationPlace,
        question: str,
        replied_to: int | None = None,
        before: int | None = None,
        *,
        about: str = "",
        own_only: bool = False,
        language: str = "",
    ) -> Answer:
        """Answer a question in its conversation, with the turns before the turn `before`, if given.

        `replied_to` is the message that it replies to: an answer that the question refers to, or a
        feature's message, which limits the articles. `about` is another text that it refers to.
        `own_only` asks the conversation's own documents, if there are any. `language` is the one
        to reply in where the question does not tell.
        """
        turn, referent = await self.recall(place, question, replied_to, before, about)
        turn = replace(turn, language=language)
        if referent is None:
            chain = await self._choose_chain(place, turn, own_only=own_only)
            with on_behalf_of(place.person_id):
                answer = await chain.ainvoke(turn)
        else:
            selection = replace(chosen_articles() or Selection(), articles=referent.articles)
            with held_to(selection), on_behalf_of(place.person_id):
                answer = await self._services.chain.ainvoke(turn)
        METERS.count_answer(answer, "message")
        return answer

    async def recall(
        self,
        place: ConversationPlace,
        question: str,
        replied_to: int | None = None,
        before: int | None = None,
        about: str = "",
    ) -> tuple[TurnText, Referent | None]:
        """Return a question with the turns that it may refer to, and a feature's referent."""
        services, now = self._services, self._services.now()

        def read(session: Session) -> tuple[list[TurnRecord], TurnRecord | None, Referent | None]:
            history = conversations.history(session, place, now, services.lifetime, HISTORY_TURNS)
            if replied_to is None:
                return history, None, None
            replied_turn = conversations.turn_of_answer(session, place.chat_id, replied_to)
            referents = (
                feature.referent(session, place.chat_id, replied_to)
                for feature in services.features
            )
            return history, replied_turn, next(filter(None, referents), None)

        history, replied_turn, referent = await services.run(read)
        history = await services.readable(history)
        if replied_turn is not None and not await services.readable([replied_turn]):
            replied_turn = None
        context = parse_turn(replied_turn.turn) if replied_turn else None
        about = about or (referent.subject if referent else "")
        if context is None and about:
            context = Turn(about, about, detect(about), now)
        turns = [
            parse_turn(record.turn) for record in history if before is None or record.id < before
        ]
        return TurnText(question, () if referent else tuple(turns), context), referent

    async def _choose_chain(
        self, place: ConversationPlace, turn: TurnText, *, own_only: bool
    ) -> ConversationChain:
        """The chain over the conversation's own documents if they are surer than the corpus."""
        chain: ConversationChain = self._services.chain
        own = await asyncio.to_thread(self._services.own, place)
        if own is None:
            return chain
        if own_only:  # also if they do not say
            return own.chain
        extractive_turn = replace(turn, is_extractive=True)
        answer = await chain.ainvoke(extractive_turn)
        own_answer = await own.chain.ainvoke(extractive_turn)
        is_surer = _sureness(own_answer) >= _sureness(answer)
        return own.chain if own_answer.outcome != "no" and is_surer else chain

    async def store(
        self, asker: Asker, answer: Answer, question_message: int | None = None
    ) -> int | None:
        """Store an answer before it is sent; return the id of its turn, or None if the person was
        erased meanwhile."""
        services, now = self._services, self._services.now()
        new = await new_turn(answer, services.library, now, question_message)
        return await services.run(
            conversations.add_turn_unless_erased,
            asker.place,
            new,
            now,
            services.lifetime,
            asker.known_since,
        )

    async def replace_answer(self, turn_id: int, answer: Answer) -> None:
        """Store the answer to an edited question."""
        new = await new_turn(answer, self._services.library, self._services.now())
        await self._services.run(conversations.replace_turn, turn_id, new)


def _sureness(answer: Answer) -> tuple[int, float]:
    """Sort key of answers: the outcome, then the confidence."""
    return ("no", "perhaps", "sure", "help").index(answer.outcome), answer.confidence


QUESTION_LIMIT = 1_000  # characters; about half of the embedding model's input
ANSWERED_BUTTONS = 1_000  # remembered, so that a second press asks nothing
LATE_NOTICE_INTERVAL = timedelta(minutes=5)  # in a group
EDIT_PERIOD = timedelta(minutes=1)  # in which an edited question changes its answer
_WORDS = filters.TEXT | filters.CAPTION


class QuestionHandlers(Handlers):
    """Questions: any text in a private chat; in a group, texts that mention the bot, reply to it or
    use the command."""

    def __init__(self, services: BotServices, votes: VoteHandlers) -> None:
        super().__init__(services)
        self._votes = votes
        self._memory = ConversationMemory(services)
        # Buttons that were answered since the start: the chat, the message and the question.
        self._recent_buttons: deque[tuple[int, int, str]] = deque(maxlen=ANSWERED_BUTTONS)

    def register(self, application: TelegramApplication) -> None:
        super().register(application)
        if isinstance(application, DurableApplication):
            application.say_late = self.say_late

    async def say_late(self, update: Update, bot: Bot) -> tuple[int, ...]:
        """Tell somebody who asked that others are before them; return the ids of the messages."""
        message, asker = update.message, asker_of(update)
        words = _question_in(message, bot)
        if message is None or asker is None or not words or words.startswith("/"):
            return ()
        try:
            if not await self._services.may_ask(asker):
                return ()
            key = f"late:{asker.place.chat_id}"
            if not asker.private and not await self._run(
                meters.notice, key, self._now(), LATE_NOTICE_INTERVAL
            ):
                return ()  # it costs a group's answers their place
            phrases = await phrases_for(self._services, asker.person_id, asker.phrases.code)
            reply_to = None if asker.private else message.message_id
            html = text_html(phrases.late, phrases.code)
            return await deliver_temporary(bot, asker.place, html, reply_to=reply_to)
        except (TelegramError, StateError) as error:
            logger.debug("Somebody was not told that others are before them: %s", error)
            return ()

    @on_command(ASK)
    async def command(self, event: ChatEvent) -> None:
        message, words = event.message, event.argument
        if by_another_bot(message):
            return
        if not words and not text_replied_to(message, event.bot.id):
            examples = await example_keyboard(self._services, event.asker)
            await event.say(event.asker.texts(AccessPhrases).ask_usage, examples)
            return
        await self.ask(event.bot, event.asker, message, words)

    @on_update(partial(MessageHandler, filters.UpdateType.MESSAGE & _WORDS & ~filters.COMMAND))
    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        words = _question_in(message, context.bot)
        asker = await find_asker(self._services, update) if words is not None else None
        if message is None or words is None or asker is None:
            return
        if context.chat_data is not None and message.media_group_id is not None:
            context.chat_data["album"] = message.media_group_id  # answered by its caption
        bot, is_reply = context.bot, message.reply_to_message is not None
        if is_reply and await self._help(bot, asker, message, words):
            return
        if await self._votes.take_comment(message, asker):
            return
        if not words and not text_replied_to(message, bot.id):
            greeting = asker.phrases.wordless if asker.private else asker.phrases.greeting
            await say(bot, asker, greeting)
            return
        await self.ask(bot, asker, message, words)

    @on_update(partial(MessageHandler, filters.UpdateType.EDITED_MESSAGE & _WORDS))
    async def edited(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Change the answer of an edited question within a minute; later, say that it stays."""
        message, bot = update.effective_message, context.bot
        words = _edited_question(message, bot) if message is not None else ""
        if message is None or not (words or message.chat.type == ChatType.PRIVATE):
            return
        number, asker = message.message_id, await find_asker(self._services, update)
        if asker is None or not words:
            if asker is not None and words is None:  # another command
                await say(bot, asker, asker.phrases.edited_command, reply_to=number)
            return
        turn = await self._run(conversations.turn_of_question, message.chat.id, number)
        asked_at = turn.created_at if turn else message.date
        if turn is not None and turn.question == words:
            return
        if await self._help(bot, asker, message, words):
            return
        now = self._now()
        if now - asked_at > EDIT_PERIOD:
            key = f"edit:{asker.place.chat_id}:{number}"
            if await self._run(meters.notice, key, now, timedelta(days=1)):
                await say(bot, asker, asker.phrases.edited_late, reply_to=number)
        elif turn is None:  # before the edit, it was not meant for the bot
            await self.ask(bot, asker, message, words)
        elif len(words) > QUESTION_LIMIT:
            await say(bot, asker, asker.phrases.too_long(QUESTION_LIMIT), reply_to=number)
        else:
            answer = await self._memory.answer(
                asker.place, words, before=turn.id, language=asker.phrases.code
            )
            await self._memory.replace_answer(turn.id, answer)
            html = answer_html(answer, asker.phrases)
            buttons = await self._keyboard(answer, turn.id, asker)
            old, reply_to = turn.answer_messages, turn.question_message
            messages = await self._show(bot, asker, old, html, buttons, reply_to)
            await self._run(conversations.record_answer_messages, turn.id, messages)

    async def _help(self, bot: Bot, asker: Asker, message: Message, *texts: str) -> bool:
        return await give_help(self._services, bot, asker, *texts, reply_to=message.message_id)

    async def ask(
        self,
        bot: Bot,
        asker: Asker,
        message: Message,
        words: str,
        *,
        own_only: bool = False,
        is_spoken: bool = False,
        replied_to: int | None = None,
    ) -> None:
        """Answer a question; the answer and its sources are stored before it is sent.

        `replied_to` is the message that it replies to where `message` does not say so.

        Words that only point at the replied-to message ask the question in it, or what the articles
        say about its claims. If the question `is_spoken`, the answer is also read aloud, unless the
        person has turned that off.
        """
        reply_to = None if asker.private else message.message_id
        about = text_replied_to(message, bot.id)[:QUESTION_LIMIT].strip()
        is_pointer = bool(about) and points_at(words)
        if is_pointer:
            words, about = about, ""
        if await self._help(bot, asker, message, words, about):
            return
        if is_pointer and await self._answer_claims(bot, asker, message, words):
            return
        if len(words) > QUESTION_LIMIT:
            await say(bot, asker, asker.phrases.too_long(QUESTION_LIMIT), reply_to=reply_to)
            return
        replied_message = message.reply_to_message
        async with show_typing(bot, asker.place):
            answer = await self._memory.answer(
                asker.place,
                words,
                replied_message.message_id if replied_message else replied_to,
                about=about,
                own_only=own_only,
                language=asker.phrases.code,
            )
        if await self._serve(bot, asker, message, answer):
            return
        is_spoken = is_spoken or answer.intent == "read_aloud"
        await self._send(bot, asker, answer, message.message_id, is_spoken=is_spoken)

    async def _serve(self, bot: Bot, asker: Asker, message: Message, answer: Answer) -> bool:
        """Do what a message asks for instead of saying how; False if it asks for words."""
        if answer.outcome != "reply":
            return False
        for feature in self._services.features:
            if await feature.serve(bot, asker, message, answer):
                return True
        return await react(bot, message, answer)

    async def _answer_claims(self, bot: Bot, asker: Asker, message: Message, text: str) -> bool:
        """Reply with what the articles say about the claims in a text; False if it has none."""
        async with show_typing(bot, asker.place):
            claims = await self._services.answer_claims(text)
        if not claims:
            return False
        answer = join_claims(text, claims)
        METERS.count_answer(answer, "message")
        html = claims_html(claims, asker.phrases)
        await self._send(bot, asker, answer, message.message_id, html=html)
        return True

    @on_button(rf"{QUESTION_PREFIX}:\d", public=True)
    async def ask_offered(self, press: ButtonPress) -> None:
        """Ask the question on a button, and show it above the answer."""
        bot, asker, question = press.bot, press.asker, press.label
        phrases, message_id = asker.texts(BrowsingPhrases), press.message_id
        if not question or message_id is None:
            await press.acknowledge(phrases.gone)
            return
        button = asker.place.chat_id, message_id, question
        if button in self._recent_buttons:
            await press.acknowledge(phrases.shown_below)
            return
        self._recent_buttons.append(button)  # at once: people press twice
        try:
            await press.acknowledge()
            await self.ask_for(bot, asker, question)
        except BaseException:
            with suppress(ValueError):  # pushed out by newer ones
                self._recent_buttons.remove(button)
            raise

    async def ask_for(self, bot: Bot, asker: Asker, question: str) -> None:
        """Answer a question that stands in no message, below its words."""
        async with show_typing(bot, asker.place):
            answer = await self._memory.answer(asker.place, question, language=asker.phrases.code)
        await self._send(bot, asker, answer, None, title=question)

    async def _send(
        self,
        bot: Bot,
        asker: Asker,
        answer: Answer,
        question: int | None,
        *,
        title: str = "",
        html: Sequence[str] = (),
        is_spoken: bool = False,
    ) -> None:
        """Store an answer and send it, as `html` if given; `question` is the id of the message that
        asked."""
        html = html or answer_html(answer, asker.phrases, title)
        reply_to = None if asker.private else question
        notices = await take_late_notice()
        if not answer.is_remembered:
            await note_mistake(self._services, asker, answer)
            below = await reply_keyboard(self._services, asker, answer)
            await self._show(bot, asker, notices, html, below, reply_to)
            return
        turn = await self._memory.store(asker, answer, question)
        if turn is None:
            await self._show(bot, asker, notices, html, None, reply_to)
            return
        buttons = await self._keyboard(answer, turn, asker)
        messages = await self._show(bot, asker, notices, html, buttons, reply_to)
        await self._run(conversations.record_answer_messages, turn, messages)
        for feature in self._services.features:
            await feature.follow_answer(bot, asker, turn, answer, is_spoken=is_spoken)

    async def _keyboard(
        self, answer: Answer, turn: int, asker: Asker
    ) -> InlineKeyboardMarkup | None:
        code = asker.phrases.code
        extra = (feature.answer_buttons(answer, turn, code) for feature in self._services.features)
        nearby = await self._services.examples.near(answer)
        return keyboard(answer, turn, asker.phrases, extra, (nearby,) if nearby else ())

    async def _show(
        self,
        bot: Bot,
        asker: Asker,
        old: Sequence[int],
        html: Sequence[str],
        buttons: InlineKeyboardMarkup | None,
        reply_to: int | None,
    ) -> tuple[int, ...]:
        """Show an answer by editing, adding and removing messages; return their ids."""
        edits, chat = tuple(old[: len(html)]), asker.place.chat_id
        for number, message_id in enumerate(edits):
            below = buttons if number == len(html) - 1 else None
            try:
                await edit(bot, chat, message_id, html[number], below)
            except BadRequest:  # deleted meanwhile
                return await deliver(bot, asker.place, html, buttons, reply_to)
        for message_id in old[len(html) :]:
            await take_away(bot, chat, message_id)
        if len(edits) == len(html):
            return edits
        rest, first = html[len(edits) :], None if edits else reply_to
        return (*edits, *await deliver(bot, asker.place, rest, buttons, first))


def _question_in(message: Message | None, bot: Bot) -> str | None:
    """The question in a text, empty for a bare mention; None if it is not for the bot."""
    if message is None or by_another_bot(message):
        return None
    question = question_in(message, bot.id, bot.username)
    return question.strip() if question is not None else None


def _edited_question(message: Message, bot: Bot) -> str | None:
    """The question in an edited message, also behind a command; None for other commands."""
    command, argument = command_in(message, bot.username)
    if not command or command[1:] in ASK.names:
        return argument if command else _question_in(message, bot)
    request = f"{command} {argument}".strip()
    return request if parse_command(request) else None
