"""The services that handlers share, and the person behind an update."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Concatenate

from sqlalchemy.orm import Session
from telegram import Update

from bot.answer import Answer
from bot.answering.claim import ClaimAnswer, answer_claims, find_claims
from bot.audio import SpeechService
from bot.conversation.recall import readable_turns
from bot.followups.base import ConversationChain
from bot.followups.turn import TurnText
from bot.library.articles import Library
from bot.library.examples import Examples
from bot.locale.answers import Phrases
from bot.messenger.asker import Asker, asker_of
from bot.messenger.feature import TelegramFeature
from bot.messenger.roles import Roles
from bot.settings import Settings
from bot.state import chats, corpora, people
from bot.state.audit import ActLog
from bot.state.clock import utc_now
from bot.state.conversations import ConversationPlace, TurnRecord
from bot.state.database import Arguments, Result, State
from bot.state.limits import AskLimits
from bot.state.rights import look_up_readable
from index.article import Article, Selection

if TYPE_CHECKING:
    from bot.answering.distress import DistressGate
    from bot.library.documents import ConversationIndex, Documents
    from index.search.live import LiveIndex


@dataclass(frozen=True, slots=True)
class BotServices:
    """The chain, the articles, the database and the clock (UTC), shared by handlers.

    The `gate` recognises messages of distress, which are answered before anything is stored.
    `index` is the chain's index, if there is one. `registration.register_handlers` fills in
    `features`. `roles` and `limits` are read from the database on construction.
    """

    chain: ConversationChain
    library: Library
    state: State
    settings: Settings
    documents: Documents | None = None
    speech: SpeechService | None = None
    gate: DistressGate | None = None
    index: LiveIndex | None = None
    now: Callable[[], datetime] = utc_now
    features: list[TelegramFeature] = field(default_factory=list)
    started_at: datetime = field(init=False)
    roles: Roles = field(init=False)
    limits: AskLimits = field(init=False)
    examples: Examples = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started_at", self.now())
        object.__setattr__(self, "roles", Roles(self.settings, self.state))
        object.__setattr__(self, "limits", AskLimits(self.settings, self.state, self.now))
        object.__setattr__(self, "examples", Examples(self.quote, self.library))

    @property
    def speaks(self) -> bool:
        """True if answers can be read aloud."""
        return self.speech is not None and self.speech.speaks

    @property
    def lifetime(self) -> timedelta:
        """Silence after which a conversation starts afresh."""
        return timedelta(hours=self.settings.conversation_hours)

    async def run(
        self,
        job: Callable[Concatenate[Session, Arguments], Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Run a job with a session and these arguments in a transaction. Raises StateError."""
        return await self.state.run(job, *args, **kwargs)

    async def quote(self, question: str) -> Answer:
        """The extractive answer, neither stored nor counted."""
        return await self.chain.ainvoke(TurnText(question, is_extractive=True))

    async def answer_claims(self, text: str) -> list[ClaimAnswer]:
        """What the articles say about the claims in a text; empty without an index. Raises
        IndexingError."""
        if self.index is None or not (claims := find_claims(text)):
            return []
        return await asyncio.to_thread(answer_claims, claims, self.index.search)

    def act_log(self, asker: Asker) -> ActLog:
        """Records what an administrator does outside the database."""
        return ActLog(lambda: self.state, asker.actor)

    async def group_may_ask(self, chat_id: int) -> bool:
        """True if a group is answered; records that it was seen."""
        decision = await self.run(chats.note_chat, chat_id, self.now())
        return self.roles.group_may_ask(chat_id, decision)

    async def may_read(self, chat_id: int) -> bool:
        """True if a person or group is still answered, and so told what is new."""
        return self.roles.may_ask(chat_id) if chat_id > 0 else await self.group_may_ask(chat_id)

    async def may_ask(self, asker: Asker) -> bool:
        """True if somebody is answered where they are."""
        is_barred = self.roles.is_barred(asker.person_id)
        return await self.may_read(asker.place.chat_id) and not is_barred

    async def selection(self, place: ConversationPlace) -> Selection | None:
        """The articles chosen for a group or topic; None for all."""
        return await self.run(corpora.find_selection, place.chat_id, place.thread_id)

    async def readable(self, turns: Sequence[TurnRecord]) -> list[TurnRecord]:
        """The turns that say nothing of what is closed to the reader of this task."""
        return await asyncio.to_thread(readable_turns, turns, self.settings, self.library)

    async def rights_in(self, chat_id: int) -> frozenset[str]:
        """The closed collections that a person or group may read in their chat with the bot."""
        administers = chat_id > 0 and self.roles.administers(chat_id)
        return await look_up_readable(self.state, self.settings, [chat_id], administers=administers)

    async def subjects(self, chat_id: int) -> list[str]:

        def read(session: Session) -> list[str]:
            subjects = (feature.subjects(session, chat_id) for feature in self.features)
            return list(itertools.chain.from_iterable(subjects))

        return await self.run(read)

    async def help_for(self, text: str) -> Answer | None:
        """The answer to a message of distress; None for any other."""
        return await asyncio.to_thread(self.gate.answer, text) if self.gate and text else None

    def own(self, place: ConversationPlace) -> ConversationIndex | None:
        """The index of this conversation's own documents, if any. Reads the disk."""
        return self.documents.own(conversation_name(place)) if self.documents else None

    def article(self, place: ConversationPlace, article_id: str) -> Article | None:
        """Find an article of this conversation or the corpus. Reads the disk."""
        own = self.own(place)
        article = own.library.article(article_id) if own else None
        return article or self.library.article(article_id)


def conversation_name(place: ConversationPlace) -> str:
    """The folder of a chat's (and topic's) own documents."""
    return f"{place.chat_id}_{place.thread_id}"


async def find_asker(services: BotServices, update: Update) -> Asker | None:
    """Like `asker_of`, in the language that they chose; records that they wrote."""
    asker = asker_of(update)
    if asker is None:
        return None
    person = await services.run(people.note_person, asker.person_id, services.now())
    asker = asker_of(update, person.language)
    return asker and replace(asker, known_since=person.since)


async def phrases_for(services: BotServices, person_id: int, fallback: str | None) -> Phrases:
    """The phrases of the language that a person chose, or else of `fallback`."""
    return Phrases.of(await services.run(people.language_of, person_id) or fallback)
