"""The command lines of `selon add` and `selon watch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.command import CommandLine
from bot.settings import Settings


def declare(line: CommandLine) -> None:
    """Declare the commands."""
    texts = line.texts("watch")
    line.command("add", _add, texts)
    line.command("watch", _watch, texts)


def _add(
    settings: Settings,
    addresses: Annotated[list[str], typer.Argument(metavar="URL", help="addresses")],
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="limit")] = 50,
    no_index: Annotated[bool, typer.Option("--no-index", help="no_index")] = False,
) -> int:
    from bot.terminal.watch.add import add_addresses

    return add_addresses(settings, addresses, limit, index=not no_index)


def _watch(
    settings: Settings,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="paths")] = None,
    feeds: Annotated[
        list[str] | None, typer.Option("--feed", metavar="URL", help="feed", show_default=False)
    ] = None,
    every: Annotated[str, typer.Option(metavar="TIME", help="every")] = "15m",
) -> int:
    from bot.terminal.watch.watch import watch

    return watch(settings, paths or (), feeds or (), every)
