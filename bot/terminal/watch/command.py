"""The commands `selon add` and `selon watch`, as they are typed."""
# Typer reads the annotations where they are written, so they are not postponed here.

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.command import MISUSED, CommandLine, Job, job
from bot.errors import FeedingError
from bot.locale.terminal import TerminalPhrases
from bot.locale.watch import FeedingHelp
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.render import complaint

_LIMIT = 50
EVERY = "15m"


def declare(line: CommandLine) -> None:
    """Put these commands on the command line."""
    texts, option = FeedingHelp.of(line.phrases.code), line.data_dir
    DataDir = Annotated[Path | None, option]  # noqa: N806 - a type

    @line.command("add", texts.add)
    def _add(
        addresses: Annotated[list[str], typer.Argument(metavar="URL", help=texts.addresses)],
        limit: Annotated[int, typer.Option(metavar="N", min=1, help=texts.limit)] = _LIMIT,
        no_index: Annotated[bool, typer.Option("--no-index", help=texts.no_index)] = False,
        data_dir: DataDir = None,
    ) -> Job:
        def add(settings: Settings) -> int:
            from bot.terminal.watch import add

            return add.add_addresses(settings, add.AddRequest(addresses, limit, not no_index))

        return job(data_dir, add)

    @line.command("watch", texts.watch)
    def _watch(
        paths: Annotated[
            list[Path] | None, typer.Argument(metavar="PATH", help=texts.paths)
        ] = None,
        feeds: Annotated[
            list[str] | None,
            typer.Option("--feed", metavar="URL", help=texts.feed, show_default=False),
        ] = None,
        every: Annotated[str, typer.Option(metavar="TIME", help=texts.every)] = EVERY,
        data_dir: DataDir = None,
    ) -> Job:
        def watch(settings: Settings) -> int:
            from bot.terminal.watch import watch

            try:
                return watch.watch(settings, watch.WatchRequest(paths or (), feeds or (), every))
            except FeedingError as error:
                phrases = TerminalPhrases.of(settings.language)
                show(console_for(sys.stderr), complaint(error, phrases))
                return MISUSED

        return job(data_dir, watch)
