"""`selon state export` and `selon state import`: copying the state between databases."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

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
    from bot.state.database import State

STANDARD = "-"  # standard output or input


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    """Declare `selon state`; the tables of `features` are copied too."""
    texts = line.texts("administration", "state")
    group = line.group("state", texts)
    group.command("export", partial(_export, features), texts)
    group.command("import", partial(_import, features), texts, "import_")


def _export(
    features: Sequence[Feature],
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="export_file")],
) -> int:
    """Write the state to a file that only its owner can read. Raises StateError."""
    from bot.state.archive import write_state

    with _name_file(file), open_state_of(settings, features) as state, _open_new(file) as out:
        counts = write_state(state, out)
    return _show_result(file, StatePhrases.of(settings.language).exported, counts)


def _import(
    features: Sequence[Feature],
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="import_file")],
    replace: Annotated[bool, typer.Option("--replace", help="replace")] = False,
) -> int:
    """Load a file into the database. Raises StateError."""
    from bot.state.archive import read_state

    with _name_file(file), open_state_of(settings, features) as state, _read(file) as archive:
        counts = read_state(state, archive, replace=replace)
    return _show_result(file, StatePhrases.of(settings.language).imported, counts)


def open_state_of(settings: Settings, features: Sequence[Feature] = ()) -> closing[State]:
    """Open the database, with the tables of `features`. Raises SettingsError, StateError."""
    from bot.state.database import open_state, state_url

    for feature in features:
        feature.load_tables()
    url = state_url(settings.database_url, settings.data_dir)
    return closing(open_state(url, settings.bot_id))


@contextmanager
def _name_file(name: str) -> Iterator[None]:
    """Add the file's name to errors."""
    try:
        yield
    except StateError as error:
        raise StateError(error.problem, subject=error.subject or name, at=error.at) from error


@contextmanager
def _open_new(name: str) -> Iterator[IO[bytes]]:
    """Write a file atomically; it may only replace an earlier export."""
    from bot.state.archive import is_archive

    if name == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.flush()  # before reporting success
        return
    path = Path(name)
    partial = path.with_name(f"{path.name}.new")
    try:
        if path.exists() and not is_archive(path):
            raise StateError("state-file-exists")
        partial.unlink(missing_ok=True)
        with partial.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise StateError("state-file-not-written", reason=reason_of(error)) from error
    finally:
        with suppress(OSError):
            partial.unlink()


@contextmanager
def _read(name: str) -> Iterator[IO[bytes]]:
    if name == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as file:
            yield file
    except OSError as error:
        raise StateError("state-file-not-read", reason=reason_of(error)) from error


def _show_result(name: str, say: Callable[[int, str], str], counts: Counts) -> int:
    """Show a message, on standard error if standard output is the file."""
    tables = ", ".join(f"{table} {count}" for table, count in counts.items() if count)
    tables = f" ({tables})" if tables else ""
    stream = sys.stderr if name == STANDARD else sys.stdout
    show(console_for(stream), say(sum(counts.values()), tables))
    return DONE
