"""The handlers of the bot in order of precedence, and its commands.

To add a command, write a module here with the `MenuCommand` and its handlers, and add them to
`_handlers` and `CORE_MENUS`. A feature has a folder of its own and is listed in `bot.features`. In
groups, only `public` commands work; `tests/e2e/test_in_private.py` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.messenger.asker import TelegramApplication
from bot.messenger.events import Handlers
from bot.messenger.feature import AnyJob, TelegramFeature
from bot.messenger.handlers.access import ALLOW, FORBID, INVITE, RIGHTS, AccessHandlers
from bot.messenger.handlers.announcements import ANNOUNCE, ANNOUNCEMENTS, AnnouncementHandlers
from bot.messenger.handlers.articles import (
    ARCHIVE,
    ARTICLE,
    RECENT,
    SEARCH,
    ArchiveHandlers,
    ArticleHandlers,
)
from bot.messenger.handlers.button_results import ButtonResults
from bot.messenger.handlers.corpus import CORPUS, CorpusHandlers
from bot.messenger.handlers.documents import DocumentHandlers
from bot.messenger.handlers.gate import Gate
from bot.messenger.handlers.groups import GroupHandlers
from bot.messenger.handlers.guests import GuestHandlers
from bot.messenger.handlers.help import HELP, FallbackHandlers, HelpHandlers, report_error
from bot.messenger.handlers.inline import InlineHandlers
from bot.messenger.handlers.passages import SOURCES, PassageHandlers, WholeAnswerHandlers
from bot.messenger.handlers.personal import (
    FORGET,
    LANGUAGE,
    MY_DATA,
    NEW,
    PRIVACY,
    PersonalHandlers,
)
from bot.messenger.handlers.question import ASK, QuestionHandlers
from bot.messenger.handlers.reindex import REINDEX, ReindexHandlers
from bot.messenger.handlers.removal import REMOVE, RemovalHandlers
from bot.messenger.handlers.replies import ReplyHandlers
from bot.messenger.handlers.statistics import STATISTICS, UNANSWERED, StatisticsHandlers
from bot.messenger.handlers.status import STATUS, StatusHandlers
from bot.messenger.handlers.votes import VoteHandlers
from bot.messenger.menus import Menus
from bot.messenger.periodic_jobs import retention_job
from bot.messenger.services import BotServices

# Menu order: `CORE_MENUS.everybody`, then the commands of features, then `LAST`.
LAST = (LANGUAGE, PRIVACY, MY_DATA, FORGET, HELP)
CORE_MENUS = Menus(
    everybody=(SEARCH, RECENT, ARTICLE, *ARCHIVE, SOURCES, NEW),
    groups=(ASK, CORPUS),
    administrators=(
        *(STATUS, STATISTICS, UNANSWERED, REINDEX, REMOVE, ANNOUNCE, INVITE, ALLOW, FORBID, RIGHTS),
    ),
    hidden=(ANNOUNCEMENTS,),
)

# Opens the Telegram half of a feature; the handlers answer questions on its behalf.
OpenFeature = Callable[[BotServices, QuestionHandlers], TelegramFeature | None]


def menus_with(features: Sequence[TelegramFeature]) -> Menus:
    commands = (command for feature in features for command in feature.commands)
    return replace(CORE_MENUS, everybody=(*CORE_MENUS.everybody, *commands, *LAST))


def _handlers(
    services: BotServices, openers: Sequence[OpenFeature]
) -> Iterator[Handlers | TelegramFeature]:
    """The first handler that accepts an update gets it: commands before text, the rest last."""
    votes, results = VoteHandlers(services), ButtonResults()
    questions, documents = QuestionHandlers(services, votes), None
    if services.documents is not None:
        documents = DocumentHandlers(services, services.documents, questions)
    services.features.extend(filter(None, (opener(services, questions) for opener in openers)))
    menus, articles = menus_with(services.features), ArticleHandlers(services, results)
    yield Gate(services, own_data=(PRIVACY, MY_DATA, FORGET), decision_commands=(ALLOW, FORBID))
    yield GuestHandlers(services)
    yield AccessHandlers(services)
    yield StatusHandlers(services, menus)
    yield StatisticsHandlers(services)
    yield AnnouncementHandlers(services)
    if services.documents is not None:
        yield ReindexHandlers(services, services.documents)
    yield GroupHandlers(services)
    yield CorpusHandlers(services)
    yield InlineHandlers(services)
    yield PassageHandlers(services, results)
    yield WholeAnswerHandlers(services, results)
    yield votes
    yield HelpHandlers(services, menus, questions)
    yield PersonalHandlers(services, documents)
    yield ReplyHandlers(services)
    yield articles
    yield RemovalHandlers(services, articles)
    yield ArchiveHandlers(services, questions)
    yield from services.features
    if documents is not None:
        yield documents
    yield questions
    yield FallbackHandlers(services)


def register_handlers(
    application: TelegramApplication, services: BotServices, openers: Sequence[OpenFeature]
) -> Sequence[AnyJob]:
    """Register all handlers; return the jobs that run at intervals."""
    jobs: list[AnyJob] = [retention_job(services)]
    for handlers in _handlers(services, openers):
        handlers.register(application)
        jobs += handlers.jobs
    application.add_error_handler(report_error)
    return jobs
