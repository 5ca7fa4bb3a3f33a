"""Every feature of the messenger, in the order in which it gets to see an update."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.messenger.desk import Desk, TelegramApplication
from bot.messenger.handlers.asking import Asking
from bot.messenger.handlers.failures import Failures
from bot.messenger.handlers.helping import Helping
from bot.messenger.handlers.leftovers import Leftovers
from bot.messenger.handlers.passages import Passages
from bot.messenger.handlers.personal import Personal


class Feature(Protocol):
    """Something that people can do."""

    def register(self, application: TelegramApplication) -> None: ...


def features(desk: Desk) -> Sequence[Feature]:
    """An update goes to the first feature that takes it: commands before text, the rest last."""
    return (Passages(desk), Helping(desk), Personal(desk), Asking(desk), Leftovers(desk))


def register(application: TelegramApplication, desk: Desk) -> None:
    for feature in features(desk):
        feature.register(application)
    application.add_error_handler(Failures(desk).failed)
