"""`selon rights`: who may read the closed collections."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from bot.command import DONE, CommandLine
from bot.errors import UsageError
from bot.feature import Feature
from bot.locale.administration import RightPhrases
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.state import open_state_of, terminal_actor


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    line.command(
        "rights", partial(_rights, features), line.texts("administration", "rights"), "about"
    )


def _rights(
    features: Sequence[Feature],
    settings: Settings,
    collection: Annotated[
        str | None, typer.Argument(metavar="COLLECTION", help="collection")
    ] = None,
    who: Annotated[str | None, typer.Argument(metavar="WHO", help="who")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="revoke")] = False,
) -> int:
    """List the rights, or change one. Raises UsageError, SettingsError, StateError."""
    from bot.state.rights import change_right, list_readers

    phrases, out = RightPhrases.of(settings.language), console_for(sys.stdout)
    with open_state_of(settings, features) as state:
        if collection is None:
            show(out, harmless("\n".join(phrases.lines(list_readers(state, settings)))))
            return DONE
        if who is None:
            raise UsageError("right-holder", subject=collection)
        is_changed = change_right(
            state, settings, collection, who, terminal_actor(), is_given=not revoke
        )
    text = phrases.changed(collection, who, is_given=not revoke, was_so=not is_changed)
    show(out, harmless(text))
    return DONE
