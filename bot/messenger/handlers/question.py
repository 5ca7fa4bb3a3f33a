"""Questions and answers, which can be edited and stopped."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import BaseHandler, ContextTypes, MessageHandler, filters

from bot.answer import Answer
from bot.answering.selection import chosen_articles, held_to
from bot.conversation.turns import new_turn
from bot.errors import StateError
from bot.followups.base import ConversationChain
from bot.followups.turn import REMEMBERED, History, Turn, TurnText, parse_turn
from bot.llm.budget import on_behalf_of
from bot.locale.answers import WritingPhrases
from bot.locale.messenger import AccessPhrases, BrowsingPhrases
from bot.messenger.asker import Asker, TelegramApplication, asker_of
from bot.messenger.events import (
    ButtonPress,
    ChatEvent,
    Handlers,
    PublicButtons,
    on_button,
    on_command,
    on_update,
)
from bot.messenger.feature import Referent
from bot.messenger.handlers.votes import VoteHandlers
from bot.messenger.inbound.addressee import (
    by_another_bot,
    points_at,
    question_in,
    text_replied_to,
)
from bot.messenger.inbound.inbox import DurableApplication
from bot.messenger.journal import draft_stopped
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html, claims_html, text_html
from bot.messenger.outbound.delivery import (
    deliver,
    deliver_aside,
    edit,
    show_typing,
    take_away,
)
from bot.messenger.outbound.drafts import Drafts
from bot.messenger.outbound.keyboard import QUESTION_PREFIX, keyboard
from bot.messenger.outbound.live_answer import STOP_BUTTON, LiveAnswer, LiveStops
from bot.messenger.outbound.reply import acknowledge, example_keyboard, give_help, say
from bot.messenger.services import BotServices, find_asker, phrases_for
from bot.model_choice import parse_choices
from bot.operations.metrics import METERS
from bot.state import conversations, meters
from bot.state.conversations import ConversationPlace, TurnRecord
from bot.verification.claim_answer import join_claims
from index.article import Selection
from index.text.language import detect

logger = logging.getLogger(__name__)

ASK = MenuCommand(
    "demander", "ask", "Poser une question", "Ask a question", public=True, groups=True
)
STOP = MenuCommand(
    "stop", "stop", "Arrêter la réponse", "Stop the answer", public=True, groups=True
)


class ConversationMemory:
    """Answers in conversations, which are stored in the database."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    async def answer(
        self,
        place: ConversationPlace,
        question: str,
        replied_to: int | None = None,
        before: int | None = None,
        live: LiveAnswer | None = None,
        *,
        about: str = "",
        own_first: bool = False,
    ) -> Answer:
        """Answer a question in its conversation, with the turns before the turn `before`, if given.

        `replied_to` is the message that it replies to: an answer that the question refers to, or a
        feature's message, which limits the articles. `about` is another text that it refers to.
        `live` shows what a chat model writes, and may stop it. With `own_first`, the conversation's
        own documents are asked first.
        """
        turn, referent = await self._recall(place, question, replied_to, before, about)
        if referent is None:
            answer = await self._answer_best(place, turn, live, own_first=own_first)
        else:
            among = replace(chosen_articles() or Selection(), articles=referent.articles)
            with held_to(among), on_behalf_of(place.person_id):
                answer = await self._stream(self._services.chain, turn, live)
        METERS.answered(answer, "message")
        return answer

    async def said(
        self,
        place: ConversationPlace,
        question: str,
        replied_to: int | None = None,
        before: int | None = None,
        *,
        about: str = "",
    ) -> TurnText:
        """Return a question with the turns that it may refer to, as for `answer`."""
        return (await self._recall(place, question, replied_to, before, about))[0]

    async def _recall(
        self,
        place: ConversationPlace,
        question: str,
        replied_to: int | None,
        before: int | None,
        about: str,
    ) -> tuple[TurnText, Referent | None]:
        kept = await self._services.run(
            conversations.history,
            place=place,
            now=self._services.now(),
            lifetime=self._services.lifetime,
            limit=REMEMBERED,
        )
        replied, referent = None, None
        if replied_to is not None:
            replied, referent = await self._services.run(
                self._find_replied, chat_id=place.chat_id, message_id=replied_to
            )
        earlier = [turn for turn in kept if before is None or turn.id < before]
        referred = _history([replied])[0] if replied else None
        about = about or (referent.subject if referent else "")
        if referred is None and about:
            referred = Turn(about, about, detect(about), self._services.now())
        return TurnText(question, () if referent else _history(earlier), referred), referent

    def _find_replied(
        self, session: Session, chat_id: int, message_id: int
    ) -> tuple[TurnRecord | None, Referent | None]:
        """Find the answer in a message, or the feature's referent."""
        turn = conversations.turn_of_answer(session, chat_id, message_id)
        referents = (
            each.referent(session, chat_id, message_id) for each in self._services.features
        )
        return turn, next(filter(None, referents), None)

    async def _answer_best(
        self, place: ConversationPlace, turn: TurnText, live: LiveAnswer | None, *, own_first: bool
    ) -> Answer:
        """Answer from the conversation's own documents if they are surer than the corpus."""
        chain: ConversationChain = self._services.chain
        own = await asyncio.to_thread(self._services.own, place)
        if own is not None:
            quoted = replace(turn, quoted=True)
            answer, theirs = await chain.ainvoke(quoted), await own.chain.ainvoke(quoted)
            surer = own_first or _sureness(theirs) >= _sureness(answer)
            if theirs.outcome != "no" and surer:
                chain = own.chain
        with on_behalf_of(place.person_id):
            return await self._stream(chain, turn, live)

    async def _stream(
        self, chain: ConversationChain, turn: TurnText, live: LiveAnswer | None
    ) -> Answer:
        """Return the complete answer, or what there is of it when the person stops it."""
        if live is None:
            return await chain.ainvoke(turn)
        answers = chain.astream(turn)
        answer: Answer | None = None
        stopped = asyncio.ensure_future(live.stopped.wait())
        following: asyncio.Future[Answer | None] | None = None
        try:
            while True:
                following = asyncio.ensure_future(anext(answers, None))
                await asyncio.wait((following, stopped), return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    break
                if (newest := following.result()) is None:
                    break
                answer = newest
                if answer.model is not None:  # the articles' own sentences come whole
                    await live.show(answer)
        finally:
            stopped.cancel()
            if following is not None:  # stopped by the person, or with the bot
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
            if isinstance(answers, AsyncGenerator):
                await answers.aclose()
        return answer or await chain.ainvoke(replace(turn, quoted=True))

    async def keep(
        self, place: ConversationPlace, answer: Answer, question_message: int | None = None
    ) -> int:
        """Store an answer before it is sent; return the number of its turn."""
        return await self._services.run(
            conversations.add_turn,
            place=place,
            new=await new_turn(
                answer, self._services.library, self._services.now(), question_message
            ),
            now=self._services.now(),
            lifetime=self._services.lifetime,
        )

    async def keep_instead(self, turn_id: int, answer: Answer) -> None:
        """Store the answer to an edited question."""
        new = await new_turn(answer, self._services.library, self._services.now())
        await self._services.run(conversations.replace_turn, turn_id=turn_id, new=new)


def _sureness(answer: Answer) -> tuple[int, float]:
    """Sort key of answers: the outcome, then the confidence."""
    return ("no", "perhaps", "sure", "help").index(answer.outcome), answer.confidence


def _history(kept: Sequence[TurnRecord]) -> History:
    return tuple(parse_turn(turn.turn) for turn in kept)


# Characters of a question; about half of the embedding model's input.
QUESTION_LIMIT = 1_000
ANSWERED_BUTTONS = 1_000  # remembered, so that a second press asks nothing
EDITABLE = timedelta(minutes=1)  # in which an edited question changes its answer
_WORDS = (filters.TEXT | filters.CAPTION) & ~filters.COMMAND


class QuestionHandlers(Handlers):
    """Questions: any text in a private chat; in a group, texts that mention the bot, reply to it or
    use the command."""

    def __init__(self, services: BotServices, voting: VoteHandlers, stops: LiveStops) -> None:
        super().__init__(services)
        self._voting = voting
        self._stops = stops
        self._drafts = Drafts()
        self._memory = ConversationMemory(services)
        # Chats, messages and questions of buttons that were answered; again after a restart.
        self._answered: deque[tuple[int, int, str]] = deque(maxlen=ANSWERED_BUTTONS)

    def register(self, application: TelegramApplication) -> None:
        super().register(application)
        if isinstance(application, DurableApplication):
            application.say_late = self.say_late

    async def say_late(self, update: Update, bot: Bot) -> tuple[int, ...]:
        """Say that others are before somebody who asked; return the messages that say so."""
        message, asker = update.message, asker_of(update)
        words = _question_in(message, bot)
        if message is None or asker is None or not words or words.startswith("/"):
            return ()
        try:
            if not await self._is_answered(asker):
                return ()
            chosen = await phrases_for(self._services, asker.person_id, asker.phrases.code)
            reply_to = None if asker.private else message.message_id
            html = text_html(chosen.late, chosen.code)
            return await deliver_aside(bot, asker.place, html, reply_to=reply_to)
        except (TelegramError, StateError) as error:
            logger.debug("Somebody was not told that others are before them: %s", error)
            return ()

    async def _is_answered(self, asker: Asker) -> bool:
        """True if somebody may ask where they are."""
        if asker.private:
            return self._services.roles.may_ask(asker.person_id)
        return await self._services.group_may_ask(asker.place.chat_id)

    @on_command(ASK)
    async def command(self, event: ChatEvent) -> None:
        """/demander, mainly for groups."""
        message, words = event.message, event.argument
        if by_another_bot(message):
            return
        if not words and not text_replied_to(message, event.bot.id):
            examples = await example_keyboard(self._services, event.asker)
            await event.say(event.asker.texts(AccessPhrases).ask_usage, examples)
            return
        await self.ask(event.bot, event.asker, message, words)

    @on_update(partial(MessageHandler, filters.UpdateType.MESSAGE & _WORDS))
    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        words = _question_in(message, context.bot)
        asker = await find_asker(self._services, update) if words is not None else None
        if message is None or words is None or asker is None:
            return
        if context.chat_data is not None and message.media_group_id is not None:
            context.chat_data["album"] = message.media_group_id  # its caption stands for all of it
        if message.reply_to_message is not None and await self._help(
            context.bot, asker, message, words
        ):
            return
        if await self._voting.take_comment(message, asker):
            return
        if not words and not text_replied_to(message, context.bot.id):
            greeting = asker.phrases.wordless if asker.private else asker.phrases.greeting
            await say(context.bot, asker, greeting)
            return
        await self.ask(context.bot, asker, message, words)

    @on_update(partial(MessageHandler, filters.UpdateType.EDITED_MESSAGE & _WORDS))
    async def edited(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Change the answer of an edited question within a minute; later, say that it stays."""
        message = update.effective_message
        words = _question_in(message, context.bot)
        if message is None or not words:
            return
        turn = await self._services.run(
            conversations.turn_of_question, chat_id=message.chat.id, message_id=message.message_id
        )
        asker = await find_asker(self._services, update)
        asked_at = turn.created_at if turn else message.date
        if asker is None or (turn is not None and turn.question == words):
            return
        if await self._help(context.bot, asker, message, words):
            return
        if self._services.now() - asked_at > EDITABLE:
            await self._too_late(context.bot, asker, message)
        elif turn is None:  # only now is it meant for the bot
            await self.ask(context.bot, asker, message, words)
        elif len(words) <= QUESTION_LIMIT:
            await self._change(context.bot, asker, turn, words)

    async def _too_late(self, bot: Bot, asker: Asker, message: Message) -> None:
        """Say once per message that its answer stays."""
        key = f"edit:{asker.place.chat_id}:{message.message_id}"
        now, once = self._services.now(), timedelta(days=1)
        if await self._services.run(meters.notice, key=key, now=now, every=once):
            text = asker.phrases.edited_late
            await say(bot, asker, text, reply_to=message.message_id)

    async def _help(self, bot: Bot, asker: Asker, message: Message, *texts: str) -> bool:
        return await give_help(self._services, bot, asker, *texts, reply_to=message.message_id)

    async def ask(
        self,
        bot: Bot,
        asker: Asker,
        message: Message,
        words: str,
        *,
        own_first: bool = False,
        spoken: bool = False,
    ) -> None:
        """Answer a question; the answer and its sources are stored before it is sent.

        Words that only point at the replied-to message ask the question in it, or have what it
        claims checked. The answer to a `spoken` question is read aloud, too, unless the person does
        not want that.
        """
        reply_to = None if asker.private else message.message_id
        about = text_replied_to(message, bot.id)[:QUESTION_LIMIT].strip()
        pointing = bool(about) and points_at(words)
        if pointing:
            words, about = about, ""
        if await self._help(bot, asker, message, words, about):
            return
        if pointing and await self._check(bot, asker, message, words):
            return
        if len(words) > QUESTION_LIMIT:
            text = asker.phrases.too_long(QUESTION_LIMIT)
            await say(bot, asker, text, reply_to=reply_to)
            return
        replied = message.reply_to_message
        ordinary = not (spoken or about or own_first) and replied is None
        if ordinary:
            for feature in self._services.features:
                if await feature.take_question(bot, asker, message, words):
                    return
        async with self._growing(bot, asker, reply_to) as live:
            answer = await self._memory.answer(
                asker.place,
                words,
                replied.message_id if replied else None,
                live=live,
                about=about,
                own_first=own_first,
            )
        await self._send(bot, asker, answer, live, message.message_id, spoken=spoken)

    async def _check(self, bot: Bot, asker: Asker, message: Message, text: str) -> bool:
        """Say what the articles say of the claims in a text; False if there are none."""
        reply_to = None if asker.private else message.message_id
        async with self._growing(bot, asker, reply_to) as live:
            checked = await self._services.check_claims(text)
        if not checked:
            return False
        answer = join_claims(text, checked)
        METERS.answered(answer, "message")
        html = claims_html(checked, asker.phrases)
        await self._send(bot, asker, answer, live, message.message_id, html=html)
        return True

    @on_button(rf"{QUESTION_PREFIX}:\d", public=True)
    async def ask_offered(self, press: ButtonPress) -> None:
        """Ask the question on a button, which stands above its answer."""
        bot, asker, question = press.bot, press.asker, press.label
        phrases, shown = asker.texts(BrowsingPhrases), press.query.message
        if not question or shown is None:
            await press.acknowledge(phrases.gone)
            return
        button = asker.place.chat_id, shown.message_id, question
        if button in self._answered:
            await press.acknowledge(phrases.shown_below)
            return
        self._answered.append(button)  # at once: people press twice
        try:
            await press.acknowledge()
            async with self._growing(bot, asker, None) as live:
                answer = await self._memory.answer(asker.place, question, live=live)
            await self._send(bot, asker, answer, live, None, title=question)
        except BaseException:
            with suppress(ValueError):  # a thousand others came since
                self._answered.remove(button)
            raise

    @asynccontextmanager
    async def _growing(
        self, bot: Bot, asker: Asker, reply_to: int | None
    ) -> AsyncIterator[LiveAnswer]:
        """The typing indicator, and the answer as it grows."""
        writes = bool(parse_choices(self._services.settings.chat_model))
        async with (
            show_typing(bot, asker.place),
            LiveAnswer(bot, asker, self._stops, self._drafts, reply_to, writes=writes) as live,
        ):
            yield live

    async def _send(
        self,
        bot: Bot,
        asker: Asker,
        answer: Answer,
        live: LiveAnswer,
        question: int | None,
        *,
        title: str = "",
        html: Sequence[str] = (),
        spoken: bool = False,
    ) -> None:
        """Store an answer and send it, as `html` if given; `question` is the id of the message that
        asked."""
        html = html or answer_html(answer, asker.phrases, title)
        reply_to = None if asker.private else question
        if answer.small_talk:
            await self._show(bot, asker, live.shown, html, None, reply_to)
            return
        turn = await self._memory.keep(asker.place, answer, question)
        buttons = await self._keyboard(answer, turn, asker)
        sent = await self._show(bot, asker, live.shown, html, buttons, reply_to)
        await self._note_messages(turn, sent)
        for feature in self._services.features:
            await feature.follow_answer(bot, asker, turn, answer, spoken=spoken)

    async def _keyboard(
        self, answer: Answer, turn: int, asker: Asker
    ) -> InlineKeyboardMarkup | None:
        code = asker.phrases.code
        added = (each.answer_buttons(answer, turn, code) for each in self._services.features)
        nearby = await self._services.examples.near(answer)
        return keyboard(answer, turn, asker.phrases, added, (nearby,) if nearby else ())

    async def _change(self, bot: Bot, asker: Asker, turn: TurnRecord, words: str) -> None:
        """Replace an answer by the answer to the edited question."""
        answer = await self._memory.answer(asker.place, words, before=turn.id)
        await self._memory.keep_instead(turn.id, answer)
        html = answer_html(answer, asker.phrases)
        buttons = await self._keyboard(answer, turn.id, asker)
        shown = turn.answer_messages
        sent = await self._show(bot, asker, shown, html, buttons, turn.question_message)
        await self._note_messages(turn.id, sent)

    async def _show(
        self,
        bot: Bot,
        asker: Asker,
        shown: Sequence[int],
        html: Sequence[str],
        buttons: InlineKeyboardMarkup | None,
        reply_to: int | None,
    ) -> tuple[int, ...]:
        """Show an answer by editing, adding and removing messages; return those that have it."""
        old, chat = tuple(shown[: len(html)]), asker.place.chat_id
        for number, message_id in enumerate(old):
            below = buttons if number == len(html) - 1 else None
            try:
                await edit(bot, chat, message_id, html[number], below)
            except BadRequest:  # deleted meanwhile
                return await deliver(bot, asker.place, html, buttons, reply_to)
        for message_id in shown[len(html) :]:
            await take_away(bot, chat, message_id)
        more = html[len(old) :]
        first = None if old else reply_to
        added = await deliver(bot, asker.place, more, buttons, first) if more else ()
        return (*old, *added)

    async def _note_messages(self, turn_id: int, messages: tuple[int, ...]) -> None:
        await self._services.run(
            conversations.record_answer_messages, turn_id=turn_id, messages=messages
        )


def _question_in(message: Message | None, bot: Bot) -> str | None:
    """The question in a text, empty for a bare mention; None if it is not for the bot."""
    if message is None or by_another_bot(message):
        return None
    question = question_in(message, bot.id, bot.username)
    return question.strip() if question is not None else None


class StoppedDrafts(BaseHandler[Update, Any, Any]):
    """The button that Telegram shows below a draft; the library does not know its updates."""

    def check_update(self, update: object) -> bool:
        return isinstance(update, Update) and draft_stopped(update) is not None


class StopHandlers(Handlers):
    """/stop, and the button below a growing answer, for the person who asked."""

    def __init__(self, services: BotServices, stops: LiveStops) -> None:
        super().__init__(services)
        self._stops = stops

    @on_command(STOP)
    async def command(self, event: ChatEvent) -> None:
        if not self._stops.stop(event.asker.place):
            await event.say(event.asker.texts(WritingPhrases).nothing_to_stop)

    @on_update(partial(PublicButtons, pattern=rf"^{STOP_BUTTON}:[0-9]{{1,19}}$"))
    async def button(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, asker_of(update)
        if query is None or asker is None:
            return
        phrases, stopped = asker.texts(WritingPhrases), self._stops.stop(asker.place)
        await acknowledge(query, phrases.stopped if stopped else phrases.nothing_to_stop)

    @on_update(StoppedDrafts)
    async def draft(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        stopped = draft_stopped(update)
        if stopped is not None:
            self._stops.stop(ConversationPlace(*stopped, person_id=stopped[0]))
