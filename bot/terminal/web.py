"""The commands `selon serve` and `selon mcp`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from bot.command import DONE, CommandLine
from bot.errors import SettingsError
from bot.feature import Feature
from bot.settings import Settings
from bot.terminal.console import console_for, show


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    texts = line.texts("web")
    line.command("serve", partial(_serve, features), texts)
    line.command("mcp", _serve_mcp, texts)


@contextmanager
def _installed() -> Iterator[None]:
    """Raises SettingsError if the extra is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name in ("starlette", "uvicorn", "jinja2", "python_multipart", "mcp"):
            raise SettingsError("web-not-installed", package=error.name) from error
        raise


def _serve_mcp(settings: Settings) -> int:
    """Serve one program at standard input and output. Raises SettingsError, IndexingError."""
    with _installed():
        from bot.web.mcp import serve_stdio
    serve_stdio(settings)
    return DONE


def _serve(features: Sequence[Feature], settings: Settings) -> int:
    """Serve the pages until stopped. Raises SettingsError if the extra is not installed."""
    with _installed():
        from bot.web.serve import serve
    from bot.web.texts import WebHelp

    for feature in features:
        feature.load_tables()
    texts = WebHelp.of(settings.language)
    serve(
        settings,
        lambda address: show(console_for(sys.stderr), texts.listening(address)),
        [feature.web for feature in features],
    )
    return DONE
