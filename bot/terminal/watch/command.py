"""The command lines of `selon add`, `selon watch` and `selon sources`."""

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
    sources = line.group("sources", {**texts, "about": texts["sources"]})
    sources.command("add", _add_source, texts, "add_source")
    sources.command("list", _list_sources, texts, "list_sources")
    sources.command("check", _check_source, texts, "check_source")
    sources.command("remove", _remove_source, texts, "remove_source")


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
) -> int:
    from bot.terminal.watch.watch import watch

    return watch(settings, paths or ())


def _add_source(
    settings: Settings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="source_name")],
    address: Annotated[str, typer.Argument(metavar="URL", help="source_address")],
    kind: Annotated[str, typer.Option(metavar="KIND", help="source_kind")] = "web",
    options: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OPTION=VALUE", help="source_option", show_default=False),
    ] = None,
) -> int:
    from bot.terminal.watch.sources import add

    return add(settings, name, address, kind, options or ())


def _list_sources(settings: Settings) -> int:
    from bot.terminal.watch.sources import list_sources

    return list_sources(settings)


def _check_source(
    settings: Settings, name: Annotated[str, typer.Argument(metavar="NAME", help="source_name")]
) -> int:
    from bot.terminal.watch.sources import check

    return check(settings, name)


def _remove_source(
    settings: Settings, name: Annotated[str, typer.Argument(metavar="NAME", help="source_name")]
) -> int:
    from bot.terminal.watch.sources import remove

    return remove(settings, name)
