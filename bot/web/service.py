"""The service shared by pages and APIs: visitors, limits, and stored answers."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.answer import Answer
from bot.conversation.recall import RecalledAnswer, readable_turns, recall
from bot.conversation.turns import new_turn
from bot.errors import (
    FieldError,
    SentElsewhere,
    StateError,
    TooBusy,
    TooManyQuestions,
    UsageError,
    WebError,
)
from bot.followups.base import ConversationChain
from bot.followups.turn import HISTORY_TURNS, History, TurnText, parse_turn
from bot.library.articles import Library
from bot.library.days import parse_period
from bot.llm.budget import on_behalf_of
from bot.locale.catalogue import Language
from bot.operations.metrics import METERS
from bot.settings import Settings
from bot.state import conversations, people, web_tokens
from bot.state.audit import ActLog, Actor
from bot.state.clock import utc_now
from bot.state.conversations import ConversationPlace, TurnRecord
from bot.state.database import State
from bot.state.limits import AskLimits
from bot.state.roles import Role
from bot.understanding.intents import COMMAND_INTENTS
from bot.understanding.texts import CommandPhrases
from bot.web.admission import Admission

if TYPE_CHECKING:
    from bot.answering.distress import DistressGate
    from index.search.live import LiveIndex

logger = logging.getLogger(__name__)

QUESTION_LIMIT = 1_000  # characters
SEARCH_COST = 0.25  # of a search for articles or the news of a day, in questions
READ_COST = 0.05  # of an article, for programs
KEY_BYTES = 16  # of randomness in the key of an answer


def without_nul(text: str) -> str:
    """Remove the one character that PostgreSQL refuses."""
    return text.replace("\0", "")


def whole_number(text: str) -> int:
    """Parse untrusted digits; 0 if they are invalid."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def plain_question(text: str) -> str:
    """Put a question on one line. Raises WebError if it is empty or too long."""
    question = " ".join(without_nul(text).split())
    if not question:
        raise WebError("web-question-empty")
    if len(question) > QUESTION_LIMIT:
        raise WebError("web-question-long", limit=QUESTION_LIMIT)
    return question


KINDS = tuple(intent.name for intent in COMMAND_INTENTS)


def function_question(
    kind: str, subject: str, since: str | None, until: str | None, language: str
) -> str:
    """The message that calls a function of the archive by name. Raises WebError."""
    if kind not in KINDS:
        raise FieldError("web-kind", field="kind", kinds=KINDS)
    try:
        period = parse_period(since, until, datetime.now().astimezone().date(), ("from", "to"))
    except UsageError as error:
        raise FieldError(error.problem, subject=error.subject) from error
    return CommandPhrases.of(language).message(kind, plain_question(subject), period)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor, identified by a hash of their cookie, token or proxied user name; a stranger by
    that of their address.

    `name` is what a token, a proxy or an OpenID provider calls them, if any.
    `address` is a hash of their network, whose visitors share limits; None if they are known.
    `is_sent`: a page of another site, not the person, may have made their browser come.
    `readable` are the closed collections that they may read.
    """

    person_id: int
    language: Language
    address: int | None = None
    is_sent: bool = False
    name: str = ""
    role: Role = "reader"
    readable: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """True if a token, a proxy or an OpenID provider names the person."""
        return self.address is None

    @property
    def actor(self) -> Actor:
        return Actor("web", self.person_id, self.name or "local")


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer and its secret key; one that is not stored has none, as help and small talk."""

    answer: Answer
    key: str = ""


@dataclass(frozen=True, slots=True)
class WebService:
    """The chain, the articles, the database and the clock (UTC).

    Messages of distress are answered by the `gate` before anything is stored, also above the
    limits, up to as many again.
    `telegram` is the user name of the bot beside which the pages are served, if any.
    """

    chain: ConversationChain
    library: Library
    state: State
    settings: Settings
    gate: DistressGate | None = None
    index: LiveIndex | None = None
    telegram: str = ""
    now: Callable[[], datetime] = utc_now
    limits: AskLimits = field(init=False)
    admission: Admission = field(init=False, default_factory=Admission)
    cookie_key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", AskLimits(self.settings, self.state, self.now))
        object.__setattr__(self, "cookie_key", self.state.do(web_tokens.cookie_key))

    @property
    def lifetime(self) -> timedelta:
        """How long a conversation can be taken up again: as long as its answers are kept."""
        return timedelta(days=self.settings.keep_days)

    async def ask(
        self,
        question: str,
        visitor: Visitor,
        conversation: int = 0,
        earlier: Sequence[str] | None = None,
    ) -> StoredAnswer:
        """Answer a question and store the answer.

        Its history is one of the visitor's conversations, or `earlier` questions if the caller
        keeps them. Raises IndexingError, and WebError for an invalid question, an
        exceeded limit, or while too many others ask.
        """
        question = plain_question(question)
        over = None
        try:
            await self.count(visitor)
        except TooManyQuestions as error:
            over = error
            if await self.limits.take(visitor.person_id, way="help") is not None:
                raise
        if self.gate is not None:
            help = await asyncio.to_thread(self.gate.answer, question)
            if help is not None:
                METERS.count_answer(help, "web")
                return StoredAnswer(help)
        if over is not None:
            raise over
        place = ConversationPlace(visitor.person_id, conversation, visitor.person_id)
        known_since = await self._note(visitor)
        if known_since is None and earlier is None:
            earlier = ()
        try:
            async with self.admission.place():
                history = await self._history(place, question, earlier)
                turn = TurnText(question, history, language=visitor.language)
                with on_behalf_of(visitor.address or visitor.person_id):
                    answer = await self.chain.ainvoke(turn)
        except TooBusy:
            await self.count(visitor, -1.0)  # a question that got no place costs nothing
            raise
        METERS.count_answer(answer, "web")
        return await self._store(place, answer, known_since)

    async def quote(self, question: str) -> Answer:
        """Answer extractively, without storing or counting."""
        return await self.chain.ainvoke(TurnText(question, is_extractive=True))

    async def count(self, visitor: Visitor, cost: float = 1.0) -> None:
        """Count a request against the limits of the visitor, and of their address unless access is
        local. Raises TooManyQuestions, and SentElsewhere before counting."""
        if visitor.is_sent:
            raise SentElsewhere("web-sent")
        address = None if self.settings.web_access == "local" else visitor.address
        over = await self.limits.take(visitor.person_id, address, cost)
        if over is not None:
            raise TooManyQuestions("web-too-many", seconds=over.seconds)

    def act_log(self, visitor: Visitor) -> ActLog:
        """Records what an operator does outside the database."""
        return ActLog(lambda: self.state, visitor.actor)

    async def find_turn(self, key: str) -> TurnRecord | None:
        """The turn whose answer has this key, for a visitor who may read it."""
        turn = await self.state.run(conversations.turn_of_key, key=without_nul(key))
        return next(iter(await self.readable([turn] if turn else [])), None)

    async def readable(self, turns: Sequence[TurnRecord]) -> list[TurnRecord]:
        """The turns that say nothing of what is closed to the visitor."""
        return await asyncio.to_thread(readable_turns, turns, self.settings, self.library)

    async def recall(self, turn: TurnRecord) -> RecalledAnswer:
        """The answer of a stored turn, compared with the current articles."""
        return await asyncio.to_thread(recall, turn, self.library.article)

    async def turns(self, place: ConversationPlace, limit: int = HISTORY_TURNS) -> list[TurnRecord]:
        """The last turns of a conversation, oldest first."""
        return await self.state.run(
            conversations.history,
            place=place,
            now=self.now(),
            lifetime=self.lifetime,
            limit=limit,
        )

    async def _note(self, visitor: Visitor) -> datetime | None:
        """Record that somebody asks; return since when they are known, or None if the database
        fails (a full disk): they are answered, but nothing is stored."""
        note = partial(people.note_person, person_id=visitor.person_id, now=self.now())
        try:
            person = await asyncio.to_thread(self.state.do, note, quick=True)
        except StateError as error:
            logger.error("An answer will not be stored: %s", error)
            return None
        return person.since

    async def _history(
        self, place: ConversationPlace, question: str, earlier: Sequence[str] | None
    ) -> History:
        if earlier is not None:
            return await self.chain.restore(question, earlier, self.now()) if earlier else ()
        records = await self.readable(await self.turns(place))
        return tuple(parse_turn(record.turn) for record in records)

    async def _store(
        self, place: ConversationPlace, answer: Answer, known_since: datetime | None
    ) -> StoredAnswer:
        if not answer.is_remembered or known_since is None:
            return StoredAnswer(answer)
        now, key = self.now(), secrets.token_urlsafe(KEY_BYTES)
        new = await new_turn(answer, self.library, now, key=key)
        try:
            turn = await self.state.run(
                conversations.add_turn_unless_erased, place, new, now, self.lifetime, known_since
            )
        except StateError as error:
            logger.error("An answer is not stored: %s", error)
            turn = None
        return StoredAnswer(answer, key if turn is not None else "")
