"""The command `selon serve`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from bot.command import DONE, CommandLine
from bot.errors import SettingsError
from bot.feature import Feature
from bot.settings import Settings
from bot.terminal.console import console_for, show


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    line.command("serve", partial(_serve, features), line.texts("web"))


def _serve(features: Sequence[Feature], settings: Settings) -> int:
    """Serve the pages until stopped. Raises SettingsError if the extra is not installed."""
    try:
        from bot.web.serve import serve
    except ModuleNotFoundError as error:
        if error.name in ("starlette", "uvicorn", "jinja2", "python_multipart"):
            raise SettingsError("web-not-installed", package=error.name) from error
        raise
    from bot.web.texts import WebHelp

    for feature in features:
        feature.load_tables()
    texts = WebHelp.of(settings.language)
    serve(settings, lambda address: show(console_for(sys.stderr), texts.listening(address)))
    return DONE
