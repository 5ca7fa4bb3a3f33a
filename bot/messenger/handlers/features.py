"""Every feature of the messenger, in the order in which it gets to see an update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.messenger.context import Desk, TelegramApplication
from bot.messenger.handlers.access import Access
from bot.messenger.handlers.alerts import Alerts
from bot.messenger.handlers.announcements import Announcing
from bot.messenger.handlers.articles import Browsing
from bot.messenger.handlers.documents import Sending
from bot.messenger.handlers.fallback import Failures, Leftovers
from bot.messenger.handlers.gate import Gate
from bot.messenger.handlers.groups import Groups
from bot.messenger.handlers.help import Helping
from bot.messenger.handlers.inline import Inline
from bot.messenger.handlers.passages import Passages
from bot.messenger.handlers.personal import Personal
from bot.messenger.handlers.question import Asking
from bot.messenger.handlers.reindex import Reindexing
from bot.messenger.handlers.statistics import Statistics
from bot.messenger.handlers.status import AdminStatus
from bot.messenger.handlers.stop import Stopping
from bot.messenger.handlers.votes import Voting
from bot.messenger.outbound.live_answer import LiveStops
from bot.messenger.running.chores import Chore, forgetting


class Feature(Protocol):
    """Something that people can do."""

    def register(self, application: TelegramApplication) -> None: ...


def features(desk: Desk) -> tuple[Sequence[Feature], Sequence[Chore]]:
    """What people can do, and what the bot does by itself for them.

    An update goes to the first feature that takes it: commands before text, the rest last.
    """
    voting, alerts, stops, access = Voting(desk), Alerts(desk), LiveStops(), Access(desk)
    announcing = Announcing(desk)
    sending = Sending(desk, desk.documents) if desk.documents else None
    every: tuple[Feature, ...] = (
        Gate(desk),
        access,
        AdminStatus(desk),
        Statistics(desk),
        announcing,
        *([Reindexing(desk, desk.documents)] if desk.documents else []),
        Groups(desk),
        Inline(desk),
        Stopping(desk, stops),
        Passages(desk),
        voting,
        Helping(desk),
        Personal(desk, sending),
        Browsing(desk),
        alerts,
        *([sending] if sending else []),
        Asking(desk, voting, stops),
        Leftovers(desk),
    )
    chores = (
        forgetting(desk),
        alerts.chore,
        access.chore,
        announcing.chore,
        *([sending.chore] if sending else []),
    )
    return every, chores


def register_features(application: TelegramApplication, desk: Desk) -> Sequence[Chore]:
    """Take up every feature; the chores that keep them up."""
    every, chores = features(desk)
    for feature in every:
        feature.register(application)
    application.add_error_handler(Failures(desk).failed)
    return chores
