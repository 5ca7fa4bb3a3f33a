"""The table of what people can do, and of the commands.

To add a command: a module here that holds the `MenuCommand` and what it does, a row in `_features`,
and a place in `MENUS`. In groups it answers only if it is `public`; `tests/e2e/test_in_private.py`
lists those that are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from bot.alerts.telegram_alerts import ALERTS, AlertHandlers
from bot.alerts.telegram_subscriptions import FOLLOW, SubscriptionHandlers
from bot.arena.telegram import ARENA, STANDINGS, ArenaHandlers
from bot.digests.recordings import RecordingHandlers
from bot.digests.telegram import DAILY, PODCAST, DigestHandlers
from bot.messenger.chores import Chore, retention_chore
from bot.messenger.handlers.access import ALLOW, FORBID, INVITE, AccessHandlers
from bot.messenger.handlers.announcements import ANNOUNCE, ANNOUNCEMENTS, AnnouncementHandlers
from bot.messenger.handlers.articles import ARTICLE, RECENT, SEARCH, SUMMARY, ArticleHandlers
from bot.messenger.handlers.corpus import CORPUS, CorpusHandlers
from bot.messenger.handlers.documents import DocumentHandlers
from bot.messenger.handlers.gate import Gate
from bot.messenger.handlers.groups import GroupHandlers
from bot.messenger.handlers.help import HELP, ErrorHandlers, FallbackHandlers, HelpHandlers
from bot.messenger.handlers.inline import InlineHandlers
from bot.messenger.handlers.passages import SOURCES, PassageHandlers
from bot.messenger.handlers.personal import (
    FORGET,
    LANGUAGE,
    MY_DATA,
    NEW,
    PRIVACY,
    PersonalHandlers,
)
from bot.messenger.handlers.question import ASK, STOP, QuestionHandlers, StopHandlers
from bot.messenger.handlers.reindex import REINDEX, ReindexHandlers
from bot.messenger.handlers.statistics import STATISTICS, UNANSWERED, StatisticsHandlers
from bot.messenger.handlers.status import STATUS, StatusHandlers
from bot.messenger.handlers.votes import VoteHandlers
from bot.messenger.menus import Menus
from bot.messenger.outbound.button_results import ButtonResults
from bot.messenger.outbound.live_answer import LiveStops
from bot.messenger.services import BotServices, TelegramApplication
from bot.speech.telegram_aloud import VOICE, AloudHandlers
from bot.speech.telegram_voice import VoiceHandlers

MENUS = Menus(
    everybody=(
        SEARCH,
        RECENT,
        DAILY,
        PODCAST,
        ARTICLE,
        SUMMARY,
        SOURCES,
        NEW,
        ALERTS,
        FOLLOW,
        ARENA,
        STANDINGS,
        LANGUAGE,
        VOICE,
        PRIVACY,
        MY_DATA,
        FORGET,
        STOP,
        HELP,
    ),
    groups=(ASK, CORPUS),
    administrators=(STATUS, STATISTICS, UNANSWERED, REINDEX, ANNOUNCE, INVITE, ALLOW, FORBID),
    hidden=(ANNOUNCEMENTS,),
)


def menus_of(services: BotServices) -> Menus:
    """The menus of this bot: one that cannot speak, or has no arena, does not offer it."""
    menus = MENUS if services.speaks else MENUS.without(VOICE)
    return menus if services.arena is not None else menus.without(ARENA).without(STANDINGS)


class Feature(Protocol):
    """Something that people can do."""

    def register(self, application: TelegramApplication) -> None:
        """Take up its commands, buttons and messages."""
        ...


@runtime_checkable
class RecurringFeature(Feature, Protocol):
    """A feature with something to do from time to time."""

    @property
    def chore(self) -> Chore: ...


def _features(services: BotServices) -> Iterator[Feature]:
    """An update goes to the first feature that takes it: commands before text, the rest last."""
    votes, stops, documents = VoteHandlers(services), LiveStops(), None
    aloud, results = AloudHandlers(services), ButtonResults()
    arena = ArenaHandlers(services)
    questions = QuestionHandlers(services, votes, stops, aloud, arena.instead)
    if services.documents is not None:
        documents = DocumentHandlers(services, services.documents, questions)
    yield Gate(services, own_data=(PRIVACY, MY_DATA, FORGET), deciding=(ALLOW, FORBID))
    yield AccessHandlers(services)
    yield StatusHandlers(services, menus_of(services))
    yield StatisticsHandlers(services)
    yield AnnouncementHandlers(services)
    if services.documents is not None:
        yield ReindexHandlers(services, services.documents)
    yield GroupHandlers(services)
    yield CorpusHandlers(services)
    yield InlineHandlers(services)
    yield StopHandlers(services, stops)
    yield PassageHandlers(services, results)
    yield votes
    yield HelpHandlers(services, menus_of(services))
    yield PersonalHandlers(services, documents)
    yield ArticleHandlers(services, results)
    yield AlertHandlers(services)
    yield SubscriptionHandlers(services)
    yield arena
    recordings = RecordingHandlers(services)
    yield recordings
    yield DigestHandlers(services, recordings)
    yield aloud
    if services.speech is not None and services.speech.hears:
        yield VoiceHandlers(services, services.speech, questions)
    if documents is not None:
        yield documents
    yield questions
    yield FallbackHandlers(services)


def register_features(application: TelegramApplication, services: BotServices) -> Sequence[Chore]:
    """Take up every feature; the chores that keep them up."""
    chores = [retention_chore(services)]
    for feature in _features(services):
        feature.register(application)
        if isinstance(feature, RecurringFeature):
            chores.append(feature.chore)
    application.add_error_handler(ErrorHandlers(services).failed)
    return chores
