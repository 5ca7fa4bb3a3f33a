"""Telegram commands: /arene compares two answers blind, /classement shows the standings."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import SystemRandom
from typing import TYPE_CHECKING

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import TelegramError

from bot.answer import Citation
from bot.answering.selection import current_scope
from bot.arena import battle_records as battles
from bot.arena.battle import Battle, NoBattle, compared_statements, new_battle
from bot.arena.battle_records import BattleChoice, BattleRecord
from bot.arena.board import board_text
from bot.arena.pairing import draw_pair
from bot.arena.standings import StandingsCount, pair_records
from bot.arena.texts import ArenaPhrases
from bot.followups.candidates import Interpretation
from bot.llm.budget import on_behalf_of
from bot.locale.answers import Phrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.feature import TelegramFeature
from bot.messenger.handlers.question import QUESTION_LIMIT, ConversationMemory
from bot.messenger.inbound.addressee import by_another_bot
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import (
    answer_html,
    citation_marker,
    source_spans,
    statement_block,
    text_html,
)
from bot.messenger.outbound.delivery import deliver, show_typing
from bot.messenger.outbound.message_text import StyledBlock, StyledSpan, render_messages
from bot.messenger.outbound.reply import give_help, say
from bot.messenger.services import BotServices
from bot.operations.metrics import METERS

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
_WITHDRAW = "u"
_VOTE = rf"b:(\d{{1,18}}):([{''.join(_CHOICES)}{_WITHDRAW}])"
_ALERT_LIMIT = 200  # characters of Telegram's alert to the person who pressed a button


class ArenaOnTelegram(Handlers, TelegramFeature):
    """In a group everybody may vote once, and only the voter sees the writers' names, in an alert;
    in private they are shown below the answers."""

    def __init__(self, services: BotServices, arena: Arena | None) -> None:
        super().__init__(services)
        self._arena = arena
        self._memory = ConversationMemory(services)
        self._chance = SystemRandom()
        self._standings = StandingsCount(services.state)

    @on_command(ARENA)
    async def ask(self, event: ChatEvent) -> None:
        """Handle /arene QUESTION; without a question, explain the arena."""
        arena, words = self._arena, event.argument
        message, asker = event.message, event.asker
        if by_another_bot(message):
            return
        if arena is None:
            await event.say(asker.texts(ArenaPhrases).closed)
        elif not words:
            await event.say(asker.texts(ArenaPhrases).usage)
        elif await give_help(self._services, event.bot, asker, words, reply_to=message.message_id):
            return
        elif len(words) > QUESTION_LIMIT:
            await event.say(asker.phrases.too_long(QUESTION_LIMIT))
        else:
            await self._battle(event.bot, asker, message, words, arena)

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (ARENA, STANDINGS) if self._arena is not None else ()

    def close(self) -> None:
        if self._arena is not None:
            self._arena.close()

    @on_button(_VOTE, public=True)
    async def vote(self, press: ButtonPress) -> None:
        """Cast or withdraw a vote."""
        asker, choice = press.asker, press.match[2]
        battle = await self._services.run(battles.find_battle, battle_id=int(press.match[1]))
        if battle is None or battle.chat_id != asker.place.chat_id:
            await press.acknowledge(asker.texts(ArenaPhrases).outcomes["gone"], aloud=True)
        elif choice == _WITHDRAW:
            await self._withdraw(press, battle)
        else:
            await self._vote(press, battle, _CHOICES[choice])

    @on_command(STANDINGS)
    async def standings(self, event: ChatEvent) -> None:
        async with show_typing(event.bot, event.asker.place):
            table = await self._standings.load()
        await event.say(board_text(table, event.asker.phrases.code))

    async def _battle(
        self, bot: Bot, asker: Asker, message: Message, words: str, arena: Arena
    ) -> None:
        """Show the battle on a question, or explain why there is none.

        Battles are stored before they are shown, so that a restarted process shows the same.
        """
        battle = await self._find(asker, message)
        if battle is None:
            battle = await self._fight(bot, asker, message, words, arena)
        if battle is not None:
            reply_to = None if asker.private else message.message_id
            keyboard = _keyboard(battle, asker)
            await deliver(bot, asker.place, battle.messages, keyboard, reply_to)

    async def _fight(
        self, bot: Bot, asker: Asker, message: Message, words: str, arena: Arena
    ) -> BattleRecord | None:
        """Run and store a battle; explain why if there is none."""
        reply_to = None if asker.private else message.message_id
        turn, _ = await self._memory.recall(asker.place, words)
        interpretation = await arena.interpret(turn)
        if interpretation.reply is not None:
            html = answer_html(interpretation.reply, asker.phrases)
            await deliver(bot, asker.place, html, reply_to=reply_to)
            return None
        run, question, person = self._services.run, interpretation.question, asker.person_id
        past_pairs = await run(battles.pairs_of_person, person_id=person, question=question)
        records = pair_records(await run(battles.pair_tallies))
        pair = draw_pair(arena.writers, records, past_pairs, self._chance)
        if pair is None:
            await say(bot, asker, asker.texts(ArenaPhrases).all_met, reply_to=reply_to)
            return None
        async with show_typing(bot, asker.place):
            with on_behalf_of(person):
                outcome = await arena.fight(question, *pair)
        if isinstance(outcome, NoBattle):
            await self._explain_no_battle(bot, asker, outcome, reply_to)
            return None
        return await self._save(asker, message, words, interpretation, outcome)

    async def _save(
        self,
        asker: Asker,
        message: Message,
        words: str,
        interpretation: Interpretation,
        battle: Battle,
    ) -> BattleRecord | None:
        """Store the turn, for follow-up questions, and the battle with its messages."""
        answer = replace(battle.first.answer, question=words)
        if interpretation.rewritten:
            answer = replace(answer, understood=interpretation.question)
        METERS.count_answer(answer, "message")
        if await self._memory.store(asker, answer, message.message_id) is None:
            return None
        new = replace(
            new_battle(battle, asker.texts(ArenaPhrases).unknown),
            messages=battle_html(battle, asker.phrases),
            person_id=asker.person_id,
            chat_id=asker.place.chat_id,
            question_message=message.message_id,
        )
        await self._services.run(battles.save_battle, new=new, now=self._services.now())
        return await self._find(asker, message)

    async def _explain_no_battle(
        self, bot: Bot, asker: Asker, outcome: NoBattle, reply_to: int | None
    ) -> None:
        """Give the reason and the only answer, if any, without its writer."""
        html = [*text_html(asker.texts(ArenaPhrases).no_battle[outcome.why], asker.phrases.code)]
        if outcome.answer is not None:
            answer = replace(outcome.answer, fallback=None, held_to=current_scope())
            html += answer_html(answer, asker.phrases)
        await deliver(bot, asker.place, html, reply_to=reply_to)

    async def _find(self, asker: Asker, message: Message) -> BattleRecord | None:
        return await self._services.run(
            battles.battle_of_question, chat_id=asker.place.chat_id, message_id=message.message_id
        )

    async def _vote(self, press: ButtonPress, battle: BattleRecord, choice: BattleChoice) -> None:
        asker = press.asker
        outcome = await self._services.run(
            battles.cast_battle_vote,
            battle_id=battle.id,
            person_id=asker.person_id,
            choice=choice,
            now=self._services.now(),
        )
        phrases = asker.texts(ArenaPhrases)
        if outcome in ("met", "gone"):
            await press.acknowledge(phrases.outcomes[outcome], aloud=True)
            return
        text = phrases.voted if outcome == "counted" else phrases.outcomes[outcome]
        reply = "\n".join((text, *_reveal_lines(battle, phrases)))
        if not asker.private:  # others may still vote
            if len(reply) > _ALERT_LIMIT:
                reply = f"{reply[: _ALERT_LIMIT - 1]}…"
            await press.acknowledge(reply, aloud=True)
            return
        await press.acknowledge()
        try:
            await press.query.edit_message_reply_markup(None)
        except TelegramError as error:  # harmless: a second vote is rejected
            logger.debug("The buttons of a battle stay: %s", error)
        await press.say(reply, InlineKeyboardMarkup([[_withdraw_button(battle, phrases)]]))

    async def _withdraw(self, press: ButtonPress, battle: BattleRecord) -> None:
        asker, phrases, now = press.asker, press.asker.texts(ArenaPhrases), self._services.now()
        is_withdrawn = await self._services.run(
            battles.withdraw_vote, battle_id=battle.id, person_id=asker.person_id, now=now
        )
        text = phrases.taken_back if is_withdrawn else phrases.too_late
        if is_withdrawn and asker.private:
            await press.acknowledge()
            await press.replace_text("\n".join((text, *_reveal_lines(battle, phrases))))
        else:
            await press.acknowledge(text, aloud=True)


def _reveal_lines(battle: BattleRecord, phrases: ArenaPhrases) -> list[str]:
    """Name each answer's writer, duration and cost."""
    return [
        phrases.reveal(name, side.writer, side.seconds, side.micros)
        for name, side in (("first", battle.first), ("second", battle.second))
    ]


def _keyboard(battle: BattleRecord, asker: Asker) -> InlineKeyboardMarkup:
    phrases = asker.texts(ArenaPhrases)
    buttons = [
        InlineKeyboardButton(phrases.choices[choice], callback_data=f"b:{battle.id}:{letter}")
        for letter, choice in _CHOICES.items()
    ]
    rows = [buttons[:2], buttons[2:]]
    if not asker.private:
        rows.append([_withdraw_button(battle, phrases)])
    return InlineKeyboardMarkup(rows)


def _withdraw_button(battle: BattleRecord, phrases: ArenaPhrases) -> InlineKeyboardButton:
    return InlineKeyboardButton(phrases.take_back, callback_data=f"b:{battle.id}:{_WITHDRAW}")


def battle_html(battle: Battle, phrases: Phrases) -> tuple[str, ...]:
    """Render both answers, in a form that does not reveal the writers, each with its sources."""
    texts = ArenaPhrases.of(phrases.code)
    sides = zip(("first", "second"), battle.sides, strict=True)
    blocks = []
    for name, side in sides:
        title = StyledBlock((StyledSpan(texts.answers[name], "b"),), "\n\n\n")
        statements = [statement_block(statement) for statement in compared_statements(side.answer)]
        if not statements:
            statements = [StyledBlock((StyledSpan(texts.unknown),))]
        blocks += [title, replace(statements[0], gap="\n"), *statements[1:]]
        blocks += _render_sources(side.answer.citations, phrases)
    doubt = texts.doubtful if battle.doubtful else ""
    text = " ".join(filter(None, (doubt, texts.which)))
    blocks.append(StyledBlock((StyledSpan(text, "i"),), "\n\n\n"))
    return render_messages(blocks, battle.language)


def _render_sources(citations: Sequence[Citation], phrases: Phrases) -> Iterator[StyledBlock]:
    by_article: dict[str, list[Citation]] = {}
    for citation in citations:
        by_article.setdefault(citation.article.id, []).append(citation)
    for number, group in enumerate(by_article.values()):
        markers = [citation_marker(citation) for citation in group]
        source = source_spans(group[0].article, "", phrases, "")
        yield StyledBlock((*markers, StyledSpan(" "), *source), "\n" if number else "\n\n")
