"""Every feature of the messenger, in the order in which it gets to see an update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.messenger.chores import Chore, retention_chore
from bot.messenger.handlers.access import AccessHandlers
from bot.messenger.handlers.alerts import AlertHandlers
from bot.messenger.handlers.announcements import AnnouncementHandlers
from bot.messenger.handlers.articles import ArticleHandlers
from bot.messenger.handlers.documents import DocumentHandlers
from bot.messenger.handlers.gate import Gate
from bot.messenger.handlers.groups import GroupHandlers
from bot.messenger.handlers.help import ErrorHandlers, FallbackHandlers, HelpHandlers
from bot.messenger.handlers.inline import InlineHandlers
from bot.messenger.handlers.passages import PassageHandlers
from bot.messenger.handlers.personal import PersonalHandlers
from bot.messenger.handlers.question import QuestionHandlers, StopHandlers
from bot.messenger.handlers.reindex import ReindexHandlers
from bot.messenger.handlers.statistics import StatisticsHandlers
from bot.messenger.handlers.status import StatusHandlers
from bot.messenger.handlers.votes import VoteHandlers
from bot.messenger.outbound.live_answer import LiveStops
from bot.messenger.services import BotServices, TelegramApplication


class Feature(Protocol):
    """Something that people can do."""

    def register(self, application: TelegramApplication) -> None: ...


def features(services: BotServices) -> tuple[Sequence[Feature], Sequence[Chore]]:
    """What people can do, and what the bot does by itself for them.

    An update goes to the first feature that takes it: commands before text, the rest last.
    """
    voting, alerts, stops, access = (
        VoteHandlers(services),
        AlertHandlers(services),
        LiveStops(),
        AccessHandlers(services),
    )
    announcing = AnnouncementHandlers(services)
    sending = DocumentHandlers(services, services.documents) if services.documents else None
    every: tuple[Feature, ...] = (
        Gate(services),
        access,
        StatusHandlers(services),
        StatisticsHandlers(services),
        announcing,
        *([ReindexHandlers(services, services.documents)] if services.documents else []),
        GroupHandlers(services),
        InlineHandlers(services),
        StopHandlers(services, stops),
        PassageHandlers(services),
        voting,
        HelpHandlers(services),
        PersonalHandlers(services, sending),
        ArticleHandlers(services),
        alerts,
        *([sending] if sending else []),
        QuestionHandlers(services, voting, stops),
        FallbackHandlers(services),
    )
    chores = (
        retention_chore(services),
        alerts.chore,
        access.chore,
        announcing.chore,
        *([sending.chore] if sending else []),
    )
    return every, chores


def register_features(application: TelegramApplication, services: BotServices) -> Sequence[Chore]:
    """Take up every feature; the chores that keep them up."""
    every, chores = features(services)
    for feature in every:
        feature.register(application)
    application.add_error_handler(ErrorHandlers(services).failed)
    return chores
