"""`selon state export` and `selon state import`: what people left behind, from one database into
another."""
# Typer reads the annotations where they are written, so they are not postponed here.

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from bot.command import DONE, CommandGroup, CommandLine, Job, job
from bot.errors import StateError
from bot.feature import Feature
from bot.locale.administration import StatePhrases
from bot.settings import Settings
from bot.terminal.console import console_for, show
from index.errors import reason_of

if TYPE_CHECKING:
    from bot.state.archive import Counts
    from bot.state.database import State

STANDARD = "-"
"""Stands for standard output and standard input."""


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    """Declare `selon state`."""
    phrases, option = StatePhrases.of(line.phrases.code), line.data_dir
    DataDir = Annotated[Path | None, option]  # noqa: N806 - a type
    group = CommandLine(typer.Typer(cls=CommandGroup, rich_markup_mode=None), line.phrases)
    line.app.add_typer(group.app, name="state", help=phrases.about, short_help=phrases.about)

    @group.command("export", phrases.export)
    def _export(
        file: Annotated[str, typer.Argument(metavar="FILE", help=phrases.export_file)],
        data_dir: DataDir = None,
    ) -> Job:
        return job(data_dir, partial(export_state, name=file, features=features))

    @group.command("import", phrases.import_)
    def _import(
        file: Annotated[str, typer.Argument(metavar="FILE", help=phrases.import_file)],
        data_dir: DataDir = None,
        replace: Annotated[bool, typer.Option("--replace", help=phrases.replace)] = False,
    ) -> Job:
        return job(data_dir, partial(import_state, name=file, replace=replace, features=features))


def export_state(settings: Settings, name: str, features: Sequence[Feature]) -> int:
    """Write it all to a file that its owner alone can read. Raises StateError."""
    from bot.state.archive import write_state

    with _said_of(name), _open(settings, features) as state, _written(name) as file:
        counts = write_state(state, file)
    return _tell(name, StatePhrases.of(settings.language).exported, counts)


def import_state(
    settings: Settings, name: str, features: Sequence[Feature], *, replace: bool
) -> int:
    """Put what a file holds in the database. Raises StateError."""
    from bot.state.archive import read_state

    with _said_of(name), _open(settings, features) as state, _read(name) as file:
        counts = read_state(state, file, replace=replace)
    return _tell(name, StatePhrases.of(settings.language).imported, counts)


def _open(settings: Settings, features: Sequence[Feature]) -> "closing[State]":
    from bot.state.database import open_state, state_url

    for feature in features:
        feature.load_tables()
    url = state_url(settings.database_url, settings.data_dir)
    return closing(open_state(url, settings.bot_id))


@contextmanager
def _said_of(name: str) -> Iterator[None]:
    """What is wrong with a file names it."""
    try:
        yield
    except StateError as error:
        raise StateError(error.problem, shown=error.shown or name, at=error.at) from error


@contextmanager
def _written(name: str) -> Iterator[IO[bytes]]:
    """A file that is there when it is whole, in the place of an earlier export at most."""
    from bot.state.archive import is_archive

    if name == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.flush()  # before it is said to be there
        return
    path = Path(name)
    beside = path.with_name(f"{path.name}.new")
    try:
        if path.exists() and not is_archive(path):
            raise StateError("state-file-exists")
        beside.unlink(missing_ok=True)
        with beside.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise StateError("state-file-not-written", reason=reason_of(error)) from error


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


def _tell(name: str, say: Callable[[int, str], str], counts: "Counts") -> int:
    """Where standard output is the file, on standard error."""
    tables = ", ".join(f"{table} {count}" for table, count in counts.items() if count)
    stream = sys.stderr if name == STANDARD else sys.stdout
    show(console_for(stream), say(sum(counts.values()), tables or "—"))
    return DONE
