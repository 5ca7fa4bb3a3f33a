"""The commands `selon serve`, `selon token` and `selon mcp`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from bot.command import DONE, CommandLine
from bot.errors import SettingsError
from bot.feature import Feature
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.console import console_for, show

TOKEN_NAME_LIMIT = 64


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    texts = line.texts("web")
    line.command("serve", partial(_serve, features), texts)
    line.command("token", partial(_token, features), texts)
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


def _token(
    features: Sequence[Feature],
    settings: Settings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="name")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="remove")] = False,
) -> int:
    """Create, remove or list tokens. Raises SettingsError, StateError."""
    from bot.state import web_tokens
    from bot.state.database import open_state, state_url
    from bot.web.texts import WebHelp

    if len(name) > TOKEN_NAME_LIMIT or (remove and not name):
        raise SettingsError("token-name")
    for feature in features:
        feature.load_tables()
    texts, out = WebHelp.of(settings.language), console_for(sys.stdout)
    url = state_url(settings.database_url, settings.data_dir)
    with closing(open_state(url, settings.bot_id)) as state:
        if remove:
            if not state.do(partial(web_tokens.remove_token, name=name)):
                raise SettingsError("token-unknown", name=name)
            show(out, texts.removed(harmless(name)))
        elif name:
            created = partial(web_tokens.create_token, name=name, now=datetime.now(UTC))
            token = state.do(created)
            show(console_for(sys.stderr), texts.created(harmless(name)))
            show(out, token)
        else:
            names = [harmless(each.name) for each in state.do(web_tokens.list_tokens)]
            show(out, "\n".join(names) or texts.none)
    return DONE
