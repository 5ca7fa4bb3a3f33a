"""Every feature of the messenger, in the order in which it gets to see an update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.messenger.desk import Desk, TelegramApplication
from bot.messenger.handlers.alerting import Alerts
from bot.messenger.handlers.asking import Asking
from bot.messenger.handlers.browsing import Browsing
from bot.messenger.handlers.failures import Failures
from bot.messenger.handlers.groups import Groups
from bot.messenger.handlers.helping import Helping
from bot.messenger.handlers.inline import Inline
from bot.messenger.handlers.leftovers import Leftovers
from bot.messenger.handlers.passages import Passages
from bot.messenger.handlers.personal import Personal
from bot.messenger.handlers.voting import Voting
from bot.messenger.upkeep import Chore, forgetting


class Feature(Protocol):
    """Something that people can do."""

    def register(self, application: TelegramApplication) -> None: ...


def features(desk: Desk) -> tuple[Sequence[Feature], Sequence[Chore]]:
    """What people can do, and what the bot does by itself for them.

    An update goes to the first feature that takes it: commands before text, the rest last.
    """
    voting, alerts = Voting(desk), Alerts(desk)
    every = (
        Groups(desk),
        Inline(desk),
        Passages(desk),
        voting,
        Helping(desk),
        Personal(desk),
        Browsing(desk),
        alerts,
        Asking(desk, voting),
        Leftovers(desk),
    )
    return every, (forgetting(desk), alerts.chore)


def register(application: TelegramApplication, desk: Desk) -> Sequence[Chore]:
    """Take up every feature; the chores that keep them up."""
    every, chores = features(desk)
    for feature in every:
        feature.register(application)
    application.add_error_handler(Failures(desk).failed)
    return chores
