"""`selon state export` and `selon state import`: copying the state between databases."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.command import DONE, CommandLine
from bot.errors import StateError
from bot.feature import Feature
from bot.locale.administration import StatePhrases
from bot.settings import Settings
from bot.terminal.console import console_for, show
from index.errors import reason_of

if TYPE_CHECKING:
    from bot.state.archive import Counts
    from bot.state.audit import ActLog, Actor
    from bot.state.database import State


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    """Declare `selon state`; the tables of `features` are copied too."""
    texts = line.texts("administration", "state")
    group = line.group("state", texts)
    group.command("export", partial(_export, features), texts)
    group.command("import", partial(_import, features), texts, "import_")


def _export(
    features: Sequence[Feature],
    settings: Settings,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="export_file")],
) -> int:
    """Copy the state into a file that only its owner can read, which may replace an earlier copy.
    Raises StateError."""
    from bot.state.archive import is_archive, write_state

    new = file.absolute().with_name(f"{file.absolute().name}.new")
    try:
        if file.exists() and not is_archive(file):
            raise StateError("state-file-exists", subject=file)
        new.unlink(missing_ok=True)
        new.touch(0o600)
        with open_state_of(settings, features) as state:
            counts = write_state(state, new)
        with new.open("rb") as written:
            os.fsync(written.fileno())
        new.replace(file)
    except OSError as error:
        reason = reason_of(error)
        raise StateError("state-file-not-written", subject=file, reason=reason) from error
    finally:
        with suppress(OSError):
            new.unlink()
    return _show_result(StatePhrases.of(settings.language).exported, counts)


def _import(
    features: Sequence[Feature],
    settings: Settings,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="import_file")],
    replace: Annotated[bool, typer.Option("--replace", help="replace")] = False,
) -> int:
    """Load a file into the database. Raises StateError."""
    from bot.state.archive import read_state

    try:
        with open_state_of(settings, features) as state:
            counts = read_state(state, file, replace=replace)
    except OSError as error:
        reason = reason_of(error)
        raise StateError("state-file-not-read", subject=file, reason=reason) from error
    return _show_result(StatePhrases.of(settings.language).imported, counts)


def open_state_of(settings: Settings, features: Sequence[Feature] = ()) -> closing[State]:
    """Open the database, with the tables of `features`. Raises SettingsError, StateError."""
    from bot.state.database import open_state, state_url

    for feature in features:
        feature.load_tables()
    url = state_url(settings.database_url, settings.data_dir)
    return closing(open_state(url, settings.bot_id))


def terminal_actor() -> Actor:
    """The account that runs this command."""
    from bot.state.audit import Actor

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        name = str(os.getuid())
    return Actor("terminal", name=name)


@contextmanager
def open_act_log(settings: Settings) -> Iterator[ActLog]:
    """Records what this command does outside the database."""
    from bot.state.audit import ActLog
    from bot.state.database import StateOnDemand, state_url

    url = state_url(settings.database_url, settings.data_dir)
    with closing(StateOnDemand(url, settings.bot_id)) as state:
        yield ActLog(state, terminal_actor())


def _show_result(say: Callable[[int, str], str], counts: Counts) -> int:
    tables = ", ".join(f"{table} {count}" for table, count in counts.items() if count)
    text = say(sum(counts.values()), f" ({tables})" if tables else "")
    show(console_for(sys.stdout), text)
    return DONE
