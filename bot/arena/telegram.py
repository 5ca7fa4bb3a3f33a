"""/arene: two answers compared blind, and voted on; /classement: what the votes tell."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING

from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.answering.refusal import decide_small_talk, refusal_of
from bot.answering.selection import held_to_which
from bot.arena import battle_records as battles
from bot.arena.battle import Battle, NoBattle, faulty_battle, kept_side
from bot.arena.battle_html import battle_html
from bot.arena.battle_records import BattleChoice, KeptBattle, NewBattle
from bot.arena.board import board_text
from bot.arena.names import named_writer
from bot.arena.pairing import draw_pair
from bot.arena.standings import Standings, counting_rules, pair_records, standings
from bot.arena.texts import ArenaPhrases, StandingsPhrases
from bot.followups.resolution import Understood
from bot.llm.budget import on_behalf_of
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.feature import TelegramFeature
from bot.messenger.handlers.question import QUESTION_LIMIT, ConversationMemory
from bot.messenger.inbound.addressee import by_another_bot
from bot.messenger.menus import MenuCommand, PublicButtons, command_argument, command_handler
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.delivery import deliver, deliver_attachment, show_typing
from bot.messenger.outbound.reply import acknowledge, replace_text, say
from bot.messenger.services import BotServices, met
from bot.operations.metrics import METERS
from bot.state.deliveries import Attachment

if TYPE_CHECKING:
    from bot.arena.arena import Arena

logger = logging.getLogger(__name__)

ARENA = MenuCommand(
    "arene",
    "arena",
    "Comparer deux réponses à l’aveugle",
    "Compare two answers blind",
    public=True,
    groups=True,
)
STANDINGS = MenuCommand(
    "classement",
    "standings",
    "Quel rédacteur répond le mieux",
    "Which writer answers best",
    public=True,
)

_CHOICES: dict[str, BattleChoice] = {"a": "first", "b": "second", "g": "good", "n": "bad"}
_TAKE_BACK = "u"
_VOTE = re.compile(rf"b:(\d{{1,18}}):([{''.join(_CHOICES)}{_TAKE_BACK}])", re.ASCII)
_PART = re.compile(r"arena:(yes|no)")
_ALERT_LIMIT = 200
"""Characters that Telegram shows to whoever pressed a button."""


class ArenaOnTelegram(TelegramFeature):
    """In a group everybody may vote, once each, and alone sees the names; in private they are told
    below the answers."""

    def __init__(self, services: BotServices, arena: Arena | None) -> None:
        self._services = services
        self._arena = arena
        self._memory = ConversationMemory(services)
        self._chance = SystemRandom()
        self._counting = asyncio.Lock()  # one at a time, for people who ask are to be answered
        self._counted: tuple[tuple[int, datetime], Standings] | None = None

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                command_handler(ARENA, self.ask),
                command_handler(STANDINGS, self.standings),
                PublicButtons(self.pressed, f"^{_VOTE.pattern}$"),
                CallbackQueryHandler(self.choose, f"^{_PART.pattern}$"),
            ]
        )

    async def ask(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/arene QUESTION; without a question, what it is, and whether to take part."""
        message, asker = update.effective_message, await met(self._services, update)
        if message is None or asker is None or by_another_bot(message):
            return
        arena, words, phrases = self._arena, command_argument(update), _phrases(asker)
        if arena is None:
            await say(context.bot, asker, phrases.closed)
        elif not words:
            await self._explain(context.bot, asker)
        elif help := await self._services.help_for(words):
            METERS.answered(help, "message")
            reply_to = None if asker.private else message.message_id
            html = answer_html(help, asker.phrases)
            await deliver(context.bot, asker.place, html, reply_to=reply_to)
        elif len(words) > QUESTION_LIMIT:
            await say(context.bot, asker, asker.phrases.too_long(QUESTION_LIMIT))
        else:
            await self._battle(context.bot, asker, message, words, arena)

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (ARENA, STANDINGS) if self._arena is not None else ()

    def close(self) -> None:
        if self._arena is not None:
            self._arena.close()

    async def take_question(self, bot: Bot, asker: Asker, message: Message, words: str) -> bool:
        """Make a battle of an ordinary question, if its person takes part and chance wills it."""
        arena, share = self._arena, self._services.settings.arena_share
        if arena is None or not share or not asker.private:
            return False
        if await self._kept(asker, message) is None:
            takes_part = partial(battles.takes_part, person_id=asker.place.person_id)
            if not await self._services.state.run(takes_part) or self._chance.randrange(share):
                return False
            if await asyncio.to_thread(self._services.own, asker.place) is not None:
                return False  # the conversation's own documents are asked too
        return await self._battle(bot, asker, message, words, arena, ordinary=True)

    async def choose(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Whether ordinary questions may become battles."""
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        wanted = query.data == "arena:yes"
        choose = partial(
            battles.choose_taking_part,
            person_id=asker.place.person_id,
            wanted=wanted,
            now=self._services.now(),
        )
        await self._services.state.run(choose)
        await acknowledge(query)
        text = _phrases(asker).joined if wanted else _phrases(asker).left
        await replace_text(context.bot, asker, query, text)

    async def pressed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A vote, or a vote taken back."""
        query, asker = update.callback_query, await met(self._services, update)
        found = _VOTE.fullmatch(query.data or "") if query else None
        if query is None or asker is None or found is None:
            return
        battle_id, pressed = int(found[1]), found[2]
        find = partial(battles.find_battle, battle_id=battle_id)
        battle = await self._services.state.run(find)
        if battle is None or battle.chat_id != asker.place.chat_id:
            await acknowledge(query, _phrases(asker).outcomes["gone"], aloud=True)
        elif pressed == _TAKE_BACK:
            await self._take_back(context.bot, asker, query, battle)
        else:
            await self._vote(context.bot, asker, query, battle, _CHOICES[pressed])

    async def standings(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A picture where somebody is rated, and the table."""
        from bot.arena.chart import draw_standings
        from bot.operations.picture_style import can_draw

        asker = await met(self._services, update)
        if asker is None:
            return
        code = asker.phrases.code
        async with show_typing(context.bot, asker.place, action=ChatAction.UPLOAD_PHOTO):
            told = await self._standings()
            png = None
            if told.rated and can_draw():
                png = await asyncio.to_thread(draw_standings, told, code)
        if png is not None:
            texts = StandingsPhrases.of(code)
            drawn = Attachment("picture", texts.picture, png)
            await deliver_attachment(context.bot, asker.place, drawn, texts.title)
        await say(context.bot, asker, board_text(told, code))

    async def _explain(self, bot: Bot, asker: Asker) -> None:
        phrases, share = _phrases(asker), self._services.settings.arena_share
        if not asker.private or not share:
            await say(bot, asker, phrases.usage)
            return
        find = partial(battles.takes_part, person_id=asker.place.person_id)
        taking_part = await self._services.state.run(find)
        button = InlineKeyboardButton(
            phrases.leave if taking_part else phrases.join,
            callback_data=f"arena:{'no' if taking_part else 'yes'}",
        )
        text = f"{phrases.usage}\n\n{phrases.sharing(share)}"
        await say(bot, asker, text, InlineKeyboardMarkup([[button]]))

    async def _battle(
        self,
        bot: Bot,
        asker: Asker,
        message: Message,
        words: str,
        arena: Arena,
        *,
        ordinary: bool = False,
    ) -> bool:
        """Whether the question became a battle; where an `ordinary` one does not, nothing is said.

        Both answers are kept before either is shown: what an earlier process began to show is shown
        as it was.
        """
        reply_to = None if asker.private else message.message_id
        battle = await self._kept(asker, message)
        if battle is None:
            battle = await self._fought(bot, asker, message, words, arena, ordinary=ordinary)
        if battle is not None:
            keyboard = _keyboard(battle, asker)
            await deliver(bot, asker.place, battle.shown, keyboard, reply_to)
        return battle is not None

    async def _fought(
        self,
        bot: Bot,
        asker: Asker,
        message: Message,
        words: str,
        arena: Arena,
        *,
        ordinary: bool,
    ) -> KeptBattle | None:
        """The battle that a question leads to; None where it leads to none, which is told."""
        reply_to = None if asker.private else message.message_id
        said = await self._memory.said(asker.place, words)
        understood = await arena.understood(said)
        decision = decide_small_talk(understood.why)
        if not decision.may_answer:
            if not ordinary:
                html = answer_html(refusal_of(words, decision), asker.phrases)
                await deliver(bot, asker.place, html, reply_to=reply_to)
            return None
        pair = await self._pair(asker, understood.question, arena)
        if pair is None:
            if not ordinary:
                await say(bot, asker, _phrases(asker).all_met, reply_to=reply_to)
            return None
        async with show_typing(bot, asker.place):
            with on_behalf_of(asker.place.person_id):
                fought = await arena.fight(understood.question, *pair)
        if isinstance(fought, NoBattle):
            await self._keep_fault(fought, pair)
            if not ordinary:
                await self._tell_no_battle(bot, asker, fought, reply_to)
            return None
        return await self._keep(asker, message, words, understood, fought)

    async def _pair(self, asker: Asker, question: str, arena: Arena) -> tuple[str, str] | None:
        person = asker.place.person_id
        meet = partial(battles.met_pairs, person_id=person, question=question)
        pairs = await self._services.state.run(meet)
        tallies = await self._services.state.run(battles.pair_tallies)
        return draw_pair(arena.writers, pair_records(tallies), pairs, self._chance)

    async def _keep(
        self,
        asker: Asker,
        message: Message,
        words: str,
        understood: Understood,
        battle: Battle,
    ) -> KeptBattle | None:
        """Write down the turn, for what is asked next, and the battle with what is shown of it."""
        answer = replace(battle.first.answer, question=words)
        if understood.rewritten:
            answer = replace(answer, understood=understood.question)
        METERS.answered(answer, "message")
        await self._memory.keep(asker.place, answer, message.message_id)
        unknown = _phrases(asker).unknown
        new = NewBattle(
            question=battle.question,
            language=battle.language,
            kind=battle.kind,
            origin="chat",
            generation=battle.generation,
            first=kept_side(battle.first, unknown),
            second=kept_side(battle.second, unknown),
            shown=battle_html(battle, asker.phrases),
            person_id=asker.place.person_id,
            chat_id=asker.place.chat_id,
            question_message=message.message_id,
        )
        keep = partial(battles.keep_battle, new=new, now=self._services.now())
        await self._services.state.run(keep)
        return await self._kept(asker, message)

    async def _keep_fault(self, fought: NoBattle, pair: tuple[str, str]) -> None:
        if (new := faulty_battle(fought, pair, "chat")) is not None:
            keep = partial(battles.keep_battle, new=new, now=self._services.now())
            await self._services.state.run(keep)

    async def _tell_no_battle(
        self, bot: Bot, asker: Asker, fought: NoBattle, reply_to: int | None
    ) -> None:
        """Why there is none; and the answer that there is, of which nobody is told who wrote it."""
        html = [*text_html(_phrases(asker).no_battle[fought.why], asker.phrases.code)]
        if fought.answer is not None:
            answer = replace(fought.answer, fallback=None, held_to=held_to_which())
            html += answer_html(answer, asker.phrases)
        await deliver(bot, asker.place, html, reply_to=reply_to)

    async def _kept(self, asker: Asker, message: Message) -> KeptBattle | None:
        find = partial(
            battles.battle_of_question,
            chat_id=asker.place.chat_id,
            message_id=message.message_id,
        )
        return await self._services.state.run(find)

    async def _vote(
        self,
        bot: Bot,
        asker: Asker,
        query: CallbackQuery,
        battle: KeptBattle,
        choice: BattleChoice,
    ) -> None:
        cast = partial(
            battles.cast_battle_vote,
            battle_id=battle.id,
            person_id=asker.place.person_id,
            choice=choice,
            now=self._services.now(),
        )
        outcome = await self._services.state.run(cast)
        phrases = _phrases(asker)
        if outcome in ("met", "gone"):
            await acknowledge(query, phrases.outcomes[outcome], aloud=True)
            return
        told = phrases.voted if outcome == "counted" else phrases.outcomes[outcome]
        revealed = "\n".join((told, *_revealed(battle, phrases)))
        if not asker.private:  # the others are still to vote
            await acknowledge(query, _cut(revealed), aloud=True)
            return
        await acknowledge(query)
        try:
            await query.edit_message_reply_markup(None)
        except TelegramError as error:  # an ornament: pressed again, it says that it was pressed
            logger.debug("The buttons of a battle stay: %s", error)
        await say(bot, asker, revealed, InlineKeyboardMarkup([[_take_back(battle, phrases)]]))

    async def _take_back(
        self, bot: Bot, asker: Asker, query: CallbackQuery, battle: KeptBattle
    ) -> None:
        take_back = partial(
            battles.take_back_battle_vote,
            battle_id=battle.id,
            person_id=asker.place.person_id,
            now=self._services.now(),
        )
        phrases = _phrases(asker)
        taken = await self._services.state.run(take_back)
        text = phrases.taken_back if taken else phrases.too_late
        if taken and asker.private:
            await acknowledge(query)
            told = "\n".join((text, *_revealed(battle, phrases)))
            await replace_text(bot, asker, query, told)
        else:
            await acknowledge(query, text, aloud=True)

    async def _standings(self) -> Standings:
        """Counted anew where somebody has voted since."""
        async with self._counting:
            votes = await self._services.state.run(battles.counted_votes)
            faults = await self._services.state.run(battles.faulty_battles)
            newest = votes[-1].created_at if votes else self._services.started
            known = (len(votes) + len(faults), newest)
            if self._counted is None or self._counted[0] != known:
                rules = counting_rules(self._services.settings)
                told = await asyncio.to_thread(standings, votes, faults, rules)
                self._counted = known, told
            return self._counted[1]


def _revealed(battle: KeptBattle, phrases: ArenaPhrases) -> list[str]:
    """Who wrote each answer, how long it took and what it cost."""
    sides = (("first", battle.first), ("second", battle.second))
    return [
        phrases.revealed(
            phrases.answers[name],
            named_writer(side.writer, phrases),
            phrases.took(side.seconds),
            phrases.price(side.micros),
        )
        for name, side in sides
    ]


def _keyboard(battle: KeptBattle, asker: Asker) -> InlineKeyboardMarkup:
    phrases = _phrases(asker)
    buttons = [
        InlineKeyboardButton(phrases.choices[choice], callback_data=f"b:{battle.id}:{letter}")
        for letter, choice in _CHOICES.items()
    ]
    rows = [buttons[:2], buttons[2:]]
    if not asker.private:
        rows.append([_take_back(battle, phrases)])
    return InlineKeyboardMarkup(rows)


def _take_back(battle: KeptBattle, phrases: ArenaPhrases) -> InlineKeyboardButton:
    return InlineKeyboardButton(phrases.take_back, callback_data=f"b:{battle.id}:{_TAKE_BACK}")


def _cut(text: str) -> str:
    return text if len(text) <= _ALERT_LIMIT else f"{text[: _ALERT_LIMIT - 1]}…"


def _phrases(asker: Asker) -> ArenaPhrases:
    return ArenaPhrases.of(asker.phrases.code)
