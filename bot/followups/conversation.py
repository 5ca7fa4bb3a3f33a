"""Answer within a conversation: understand the message, then reply, act, or run the chain."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol, get_args

from bot.answer import Answer
from bot.answering.chain import AnswerChain
from bot.answering.distress import DistressGate
from bot.answering.metadata_question import parse_metadata_question
from bot.answering.refusal import lower, reply_with
from bot.archive.plain_words import names_function, strip_asking
from bot.followups.acts import RESTATING, AnswerActs
from bot.followups.candidates import (
    LISTING,
    Interpretation,
    Search,
    asks_for_articles,
    correct_subject,
    find_names,
    interpret,
    listed_place,
    reframe,
    shorten,
)
from bot.followups.parts import join_parts, name_pronoun, split_parts
from bot.followups.replies import Replies
from bot.followups.turn import History, Turn, TurnText, append_turn
from bot.locale.catalogue import Language, language_of
from bot.understanding.command import ArchiveCommand, parse_command
from bot.understanding.intents import INTENT_OF
from bot.understanding.meaning import Meaning, MessageReader
from bot.understanding.message_input import MessageContext
from bot.understanding.texts import (
    ActPhrases,
    ButtonPhrases,
    CommandPhrases,
    SelonPhrases,
    button_text,
)
from index.text.language import detect

MAX_RESTORED = 3  # turns; each costs as much as a question

ArchiveFunctions = Mapping[str, Callable[[Meaning, str], Answer | None]]
"""Functions of the archive by intent: from a meaning and the message to an answer, or None if the
question is to be answered as any other, as is one in plain words that is refused."""


_AND = re.compile(r"(?:et|and)\b", re.IGNORECASE)
_ON_EVENT = ("who", "when", "where", "why")  # asked of the articles, not only of the answer
_SENTENCE_WORDS = 4  # below, a message does not change the language of the conversation
_FRAGMENT_WORDS = 5  # of a request that names its subject only
_LONG_ACT_WORDS = 8  # above, a first message is no act on an answer
_ON_LAST_ANSWER = {"summary": "summarise", "latest": "newer"}
"""Functions without a subject, and the acts on the last answer that they then are."""
_ON_LAST_SUBJECT = ("overview", "chronology", "dossier", "quotes", "positions")
_ARTICLE_ON = re.compile(r"\barticle (?:sur|about|on) \w", re.IGNORECASE)
_WITH_SUBJECT = {act: function for function, act in _ON_LAST_ANSWER.items()}


class Rewriter(Protocol):
    """Rewrites a question so that it stands alone, with a chat model."""

    async def rewrite(self, question: str, history: tuple[Turn, ...]) -> str | None:
        """Rewrite a question after these turns; None without a trustworthy result."""


class FollowUpChain(AnswerChain[TurnText | str]):
    """A chain that understands messages; a bare string is one without history.

    `search` finds and reads passages for the candidates. `extractive` answers turns marked
    `is_extractive`, `rewriter` rewrites questions that refer to others. Without `messages` every
    message is a question that stands alone; `gate`, `replies`, `acts` and `functions` serve what
    the messages mean. Thread-safe, as the chains and the search must be.
    """

    def __init__(
        self,
        chain: AnswerChain[str],
        search: Search,
        extractive: AnswerChain[str] | None = None,
        rewriter: Rewriter | None = None,
        gate: DistressGate | None = None,
        messages: MessageReader | None = None,
        replies: Replies | None = None,
        acts: AnswerActs | None = None,
        functions: ArchiveFunctions | None = None,
    ) -> None:
        self._chain = chain
        self._search = search
        self._extractive = extractive or chain
        self._rewriter = rewriter
        self._gate = gate
        self._messages = messages
        self._replies = replies
        self._acts = acts
        self._functions = functions or {}

    async def ainvoke(self, message: TurnText | str) -> Answer:
        began = time.perf_counter()
        turn = TurnText(message) if isinstance(message, str) else message
        turn = replace(turn, question=turn.question.strip())
        original = turn.question
        turn, meaning = await asyncio.to_thread(self._understand, turn)
        if self._gate is not None and (help := self._gate.answer(turn.question, meaning)):
            return help
        offered_help = self._gate.offer(turn.question, meaning) if self._gate else None
        joint = await self._answer_parts(turn, meaning)
        if joint is not None:
            elapsed = (time.perf_counter() - began) * 1000
            return replace(joint, offered_help=offered_help, elapsed_ms=elapsed)
        reply = await asyncio.to_thread(self._reply, turn, meaning)
        if reply is not None:
            is_function = reply.intent in self._functions  # the words may name another one
            if turn.question != original and not meaning.is_command:  # « et de Hubble ? »
                reply = replace(reply, question=original, understood=turn.question)
            elif meaning.is_uncertain and INTENT_OF[meaning.intent].group in ("act", "about"):
                heard = button_text(meaning.intent, _language(turn))
                reply = replace(reply, understood=heard)
            return replace(
                reply,
                intent=reply.intent if is_function else meaning.intent,
                offered_help=offered_help,
                buttons=(*reply.buttons, *self._other_readings(turn, meaning, None)),
                elapsed_ms=(time.perf_counter() - began) * 1000,
            )
        interpretation = await self._interpret(turn, meaning)
        chain = self._extractive if turn.is_extractive else self._chain
        answer = await chain.ainvoke(interpretation.question)
        if answer.outcome == "no":
            reply = await asyncio.to_thread(self._reply_instead, turn, meaning)
            if reply is not None:
                is_help = reply.intent == "help_number"
                return replace(reply, offered_help=None if is_help else offered_help)
            shorter = await asyncio.to_thread(shorten, meaning, self._search)
            if shorter is not None:
                piece = await asyncio.to_thread(
                    self._understand, replace(turn, question=shorter.question)
                )
                if piece[1].leans:
                    shorter = replace(await self._interpret(*piece), rewritten=True, doubtful=True)
                again = await chain.ainvoke(shorter.question)
                if again.outcome != "no":
                    answer, interpretation = again, shorter
        if answer.outcome == "perhaps" and _is_function(meaning.likelier or ""):
            reply = await asyncio.to_thread(self._reply_instead, turn, meaning)
            if reply is not None and reply.is_sure:
                return replace(reply, offered_help=offered_help)
        buttons = self._other_readings(turn, meaning, interpretation)
        buttons = (*answer.buttons, *buttons)
        answer = replace(answer, offered_help=offered_help, buttons=buttons)
        return _as_asked(answer, turn.question, interpretation, began)

    async def _answer_parts(self, turn: TurnText, meaning: Meaning) -> Answer | None:
        """Answer each of several questions in one message, as if asked one after the other; None
        for other messages, and if none has an answer."""
        if self._messages is None or not meaning.is_question:
            return None
        parts = split_parts(meaning.question, at_and=meaning.intent in ("question", "count"))
        reader = self._messages
        meanings = await asyncio.to_thread(lambda: [reader.read(part) for part in parts])
        if not parts or not all(own.is_question or own.leans for own in meanings):
            return None
        history, answers, subject = turn.history, [], ""
        for part, own in zip(parts, meanings, strict=True):
            question = name_pronoun(part, subject) if subject else part
            subject = own.subject or subject
            answer = await self.ainvoke(replace(turn, question=question, history=history))
            answers.append(answer)
            history = append_turn(history, Turn.of(answer, datetime.now(UTC)))
        return join_parts(turn.question, parts, answers)

    async def interpret(self, turn: TurnText) -> Interpretation:
        """Interpret a message after its history, with the rewriter if a question needs one."""
        turn, meaning = await asyncio.to_thread(self._understand, turn)
        reply = await asyncio.to_thread(self._reply, turn, meaning)
        if reply is not None:
            return Interpretation(turn.question, reply=reply)
        return await self._interpret(turn, meaning)

    async def restore(self, question: str, earlier: Sequence[str], now: datetime) -> History:
        """Answer `earlier` questions again, extractively, as far as a question may refer to them.

        Starts at the last one that stands alone, at most `MAX_RESTORED` ago; returns no turns if
        the question itself stands alone.
        """
        first, latest = len(earlier), question
        while first > max(0, len(earlier) - MAX_RESTORED) and await asyncio.to_thread(
            self._may_refer, latest, earlier[first - 1]
        ):
            first -= 1
            latest = earlier[first]
        history: History = ()
        for text in earlier[first:]:
            answer = await self.ainvoke(TurnText(text, history, is_extractive=True))
            if answer.is_remembered:
                history = append_turn(history, Turn.of(answer, now))
        return history

    def _understand(self, turn: TurnText) -> tuple[TurnText, Meaning]:
        """The meaning of a message; one on a button loses the words of the button."""
        if (alone := ButtonPhrases.question_alone(turn.question)) is not None:
            return TurnText(alone, is_extractive=turn.is_extractive), Meaning("question", alone)
        if (words := ButtonPhrases.words_searched(turn.question)) is not None:
            return replace(turn, question=words), Meaning("question", words)
        if (command := parse_command(turn.question)) is not None:
            return self._understand_command(turn, command)
        if self._messages is None:
            return turn, Meaning("question", turn.question)
        last = _last_turn(turn)
        if last is not None and last.intent == LISTING:
            place = listed_place(turn.question, last.language, len(last.cited))
            if place is not None:
                title, language = last.cited[place].title, language_of(last.language)
                return self._understand_command(turn, ArchiveCommand("summary", language, title))
        context = None
        if last is not None:
            source = last.cited[0] if last.cited else None
            context = MessageContext(
                last.understood, source.title if source else "", source.quote if source else ""
            )
        meaning = self._messages.read(turn.question, context)
        if (
            last is not None
            and meaning.intent in _ON_LAST_SUBJECT
            and not strip_asking(meaning.question)
        ):  # « fais-moi la chronologie »
            language = language_of(last.language)
            return self._understand_command(turn, ArchiveCommand(meaning.intent, language))
        is_more = meaning.leans or _AND.match(meaning.question) is not None
        if last is None or not is_more or not _is_function(last.intent):
            return turn, meaning
        frames = reframe(last.understood, meaning.question, last.language)
        is_fragment = len(meaning.question.split()) <= _FRAGMENT_WORDS
        if meaning.subject and last.subject and is_fragment:
            frames.append(last.understood.replace(last.subject, meaning.subject))
        for frame in frames:
            again = self._messages.read(frame)
            if again.intent == last.intent:  # « chronologie du TGV », « et de Hubble ? »
                return replace(turn, question=frame), again
        return turn, meaning

    def _understand_command(
        self, turn: TurnText, command: ArchiveCommand
    ) -> tuple[TurnText, Meaning]:
        """A command as the request that it stands for; unchanged if there is no subject."""
        intent, subject = command.intent, command.subject
        if not subject and intent not in ("summary", "comparison"):
            subject = _last_subject(turn)
        if not subject:
            return turn, Meaning(intent, turn.question, leaning=1.0)
        code = turn.language or command.language
        request = CommandPhrases.of(code).request(intent, subject)
        leaning = float(not command.subject)
        meaning = Meaning(intent, request, subject=subject, leaning=leaning)
        meaning = replace(meaning, is_command=True, language=code)
        if self._messages is not None:
            heard = self._messages.read(subject)
            meaning = replace(meaning, distress=heard.distress, help_kind=heard.help_kind)
        return replace(turn, question=request), meaning

    def _reply(self, turn: TurnText, meaning: Meaning) -> Answer | None:
        """The reply to a message; None if it is a question to the articles."""
        intent, text = meaning.intent, turn.question
        language = _language(turn)
        if intent == "help_number" and self._gate is not None:
            return self._gate.list_numbers(text, meaning)
        # What the model finds as the subject is not all: « que sait-on du TGV ? »
        subject = meaning.subject or ", ".join(find_names(meaning.question, language))
        is_act = INTENT_OF[intent].group == "act"
        if is_act and _last_turn(turn) is None and names_function(text):
            return None  # « dossier areva »
        if not subject and intent in _WITH_SUBJECT and _ARTICLE_ON.search(text):
            subject = strip_asking(meaning.question)
            meaning = replace(meaning, subject=subject)
        if (function := _WITH_SUBJECT.get(intent, intent)) in _ON_LAST_ANSWER:
            answer = None
            if intent in _WITH_SUBJECT if subject else not self._may_refer(text):
                answer = self._call(replace(meaning, intent=function, subject=subject), text)
            # « résume l’article sur le mètre » names what an article is on.
            if answer is not None and (meaning.subject or answer.outcome == "sure"):
                return answer
        last_act = _ON_LAST_ANSWER.get(intent) if not subject else None
        if last_act == "newer" and not self._may_refer(text):
            last_act = None
        if last_act is not None and _last_turn(turn) is not None:
            intent, meaning = last_act, replace(meaning, intent=last_act)
        group = INTENT_OF[intent].group
        command = parse_command(text)
        is_bare = _last_turn(turn) is None and not strip_asking(text)  # « résume »
        if group == "function" and not meaning.subject and (command or is_bare):
            phrases = CommandPhrases.of(
                turn.language or (command.language if command else language)
            )
            return reply_with(text, phrases.usage_of(intent), phrases.code, intent)
        if group != "act" and parse_metadata_question(meaning.question) is not None:
            return None  # the archive counts and lists articles exactly
        if group == "function" and intent in self._functions:
            if not subject and (meaning.leans or meaning.is_command):
                subject = _last_subject(turn)
                if subject and all(INTENT_OF[intent].commands):  # « et les réactions ? »
                    text = CommandPhrases.of(language).request(intent, subject)
            elif intent == "comparison" and meaning.leans and (other := _last_subject(turn)):
                both = f"{other} {'and' if language == 'en' else 'et'} {subject}"
                text = CommandPhrases.of(language).request(intent, both)
            meaning = replace(meaning, subject=subject)
            answer = self._functions[intent](meaning, text)
            is_in_vain = answer is not None and answer.outcome == "no"
            # A request on the last subject is not searched for: « réactions » is no subject.
            is_rewritten = text != turn.question
            is_answer = answer is not None and answer.intent == intent
            is_final = is_answer or is_rewritten or meaning.is_command
            return answer if is_final or not is_in_vain else None
        if group == "act" and self._acts is not None:
            return self._act(turn, meaning, language)
        if self._replies is not None:
            seed = str(len(turn.history))
            if meaning.is_uncertain and intent == "chatter":
                return reply_with(text, SelonPhrases.of(language).unclear, language, intent)
            return self._replies.reply(intent, text, language, seed, meaning.subject)
        return None

    def _call(self, meaning: Meaning, text: str) -> Answer | None:
        """The answer of a function of the archive, if there are any."""
        return self._functions[meaning.intent](meaning, text) if self._functions else None

    def _reply_instead(self, turn: TurnText, meaning: Meaning) -> Answer | None:
        """What is said where the articles do not answer: numbers to call, the passage that was
        asked about, or the reply to the likelier reading."""
        if meaning.distress is not None and self._gate is not None:
            return self._gate.list_numbers(turn.question, meaning)
        last = _answered_turn(turn)
        if (
            meaning.intent in _ON_EVENT
            and last is not None
            and last.cited
            and self._acts is not None
        ):
            passage = self._acts.perform("passage", turn.question, last, _language(turn))
            return replace(passage, intent="passage") if passage is not None else None
        if meaning.likelier is None:
            return None
        reply = self._reply(turn, replace(meaning, intent=meaning.likelier))
        return replace(reply, intent=meaning.likelier) if reply is not None else None

    def _act(self, turn: TurnText, meaning: Meaning, language: str) -> Answer | None:
        assert self._acts is not None
        intent = meaning.intent
        last = _last_turn(turn)
        if intent != "sure" or (last is not None and last.cited):  # « je ne sais pas » may be wrong
            last = _answered_turn(turn)
        about = parse_metadata_question(meaning.question)
        if (about is not None and about.subject) or intent in _ON_EVENT:
            return None  # of another article, or a question that leans on the answer
        if intent == "not_that" and meaning.subject and last is not None:
            return None
        if last is None and len(turn.question.split()) > _LONG_ACT_WORDS:
            return None
        if last is None:
            return reply_with(turn.question, ActPhrases.of(language).no_answer, language, intent)
        return self._acts.perform(intent, turn.question, last, language)

    async def _interpret(self, turn: TurnText, meaning: Meaning) -> Interpretation:
        last = _last_turn(turn)
        if meaning.intent == "not_that" and meaning.subject and last is not None:
            question = correct_subject(last, meaning.subject)
            return Interpretation(question, rewritten=True)
        interpretation = await asyncio.to_thread(
            lambda: interpret(meaning, turn.history, self._search, turn.replied_turn)
        )
        if not interpretation.leans or self._rewriter is None or turn.is_extractive:
            return interpretation
        earlier = turn.history
        if turn.replied_turn is not None:
            before = earlier.index(turn.replied_turn) if turn.replied_turn in earlier else 0
            earlier = (*earlier[:before], turn.replied_turn)
        rewrite = await self._rewriter.rewrite(turn.question, earlier)
        if rewrite is None:
            return interpretation
        return Interpretation(rewrite, rewritten=rewrite != turn.question, leans=True)

    def _other_readings(
        self, turn: TurnText, meaning: Meaning, interpretation: Interpretation | None
    ) -> tuple[str, ...]:
        """The words of buttons for the readings that were not chosen."""
        language = _language(turn)
        texts, buttons = ButtonPhrases.of(language), []
        if interpretation is not None and interpretation.rewritten and interpretation.leans:
            buttons.append(texts.alone(meaning.question))
        if asks_for_articles(meaning.question):
            return tuple(buttons)
        if meaning.second is not None and (text := button_text(meaning.second, language)):
            buttons.append(text)
        if interpretation is None and (meaning.is_uncertain or meaning.second == "question"):
            buttons.append(texts.search(meaning.question))
        return tuple(buttons)

    def _may_refer(self, message: str, *before: str) -> bool:
        """True if a message may lean on one of these questions, or does by itself."""
        if self._messages is None:
            return False
        for context in (None, *map(MessageContext, before)):
            meaning = self._messages.read(message, context)
            if meaning.leans or INTENT_OF[meaning.intent].group == "act":
                return True
        return False


def _is_function(intent: str) -> bool:
    return intent in INTENT_OF and INTENT_OF[intent].group == "function"


def _last_turn(turn: TurnText) -> Turn | None:
    """The turn that a message answers to: the one that it replies to, or the last."""
    return turn.replied_turn or (turn.history[-1] if turn.history else None)


def _answered_turn(turn: TurnText) -> Turn | None:
    """The turn whose answer an act is on: the last with quotes, but for acts that restate one."""
    last = _last_turn(turn)
    if last is None or (last.cited and last.intent not in RESTATING):
        return last
    before = turn.history.index(last) if last in turn.history else 0
    for past in reversed(turn.history[:before]):
        if past.cited and past.intent not in RESTATING:
            return past
    return last


def _last_subject(turn: TurnText) -> str:
    """The subject of the last answer, or the names in its question, for « et la chronologie ? »."""
    last = _last_turn(turn)
    if last is None:
        return ""
    return last.subject or ", ".join(find_names(last.understood, last.language))


def _language(turn: TurnText) -> Language:
    """The language to reply in: that of the last sentence of several words, or the interface's."""
    last = _last_turn(turn)
    usual = language_of(last.language if last else turn.language)
    if last is not None and len(turn.question.split()) < _SENTENCE_WORDS:
        return usual
    code = detect(turn.question, usual)
    if code in get_args(Language):
        return language_of(code)
    # In a conversation of ours, slang is likelier than a third language.
    return usual if last is not None and last.language in get_args(Language) else "en"


def _as_asked(
    answer: Answer, question: str, interpretation: Interpretation, began: float
) -> Answer:
    """Give the answer to an interpretation the original question."""
    if interpretation.question == question and not interpretation.doubtful:
        return answer
    return replace(
        lower(answer) if interpretation.doubtful else answer,
        question=question,
        understood=interpretation.question if interpretation.rewritten else None,
        plain_question="" if interpretation.rewritten else interpretation.question,
        elapsed_ms=(time.perf_counter() - began) * 1000,
    )
