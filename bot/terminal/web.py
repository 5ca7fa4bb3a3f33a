"""The commands `selon serve`, `selon token` and `selon mcp`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from bot.command import DONE, CommandLine
from bot.errors import SettingsError
from bot.feature import Feature
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.state import open_state_of, terminal_actor

if TYPE_CHECKING:
    from bot.messenger.services import BotServices

logger = logging.getLogger(__name__)


def declare(line: CommandLine, features: Sequence[Feature]) -> None:
    texts = line.texts("web")
    line.command("serve", partial(_serve, features), texts)
    line.command("token", partial(_token, features), texts)
    line.command("mcp", _serve_mcp, texts)


@contextmanager
def installed() -> Iterator[None]:
    """Raises SettingsError if the extra is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name in ("starlette", "uvicorn", "jinja2", "python_multipart", "mcp"):
            raise SettingsError("web-not-installed", package=error.name) from error
        raise


def _serve_mcp(settings: Settings) -> int:
    """Serve MCP on standard input and output. Raises SettingsError, IndexingError."""
    with installed():
        from bot.web.mcp import serve_stdio
    serve_stdio(settings)
    return DONE


def _serve(features: Sequence[Feature], settings: Settings) -> int:
    """Serve the pages until stopped. Raises SettingsError if the extra is not installed."""
    with installed():
        from bot.web.serve import serve_web

    for feature in features:
        feature.load_tables()
    serve_web(settings, partial(_tell_listening, settings), [feature.web for feature in features])
    return DONE


def serve_pages(
    features: Sequence[Feature], settings: Settings
) -> Callable[[BotServices, str], AbstractAsyncContextManager[None]]:
    """Create the server of the pages that runs beside the bot. Raises SettingsError."""
    with installed():
        from bot.web.serve import serve_beside
    from bot.web.service import WebService

    def serve(services: BotServices, username: str) -> AbstractAsyncContextManager[None]:
        service = WebService(
            cast(Any, services.chain),  # always a chain of `bot.assembly`
            services.library,
            services.state,
            settings,
            services.gate,
            services.index,
            telegram=username,
        )
        ready = partial(_tell_listening, settings)
        return serve_beside(service, ready, [feature.web for feature in features])

    return serve


def _tell_listening(settings: Settings, address: str) -> None:
    from bot.web.texts import WebHelp

    if settings.log_format == "json":
        logger.info("Listening on %s", address)
    else:
        show(console_for(sys.stderr), WebHelp.of(settings.language).listening(address))


def _token(
    features: Sequence[Feature],
    settings: Settings,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="name")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="remove")] = False,
) -> int:
    """Create, remove or list tokens. Raises SettingsError, StateError."""
    from bot.state import web_tokens
    from bot.web.texts import WebHelp

    texts, out = WebHelp.of(settings.language), console_for(sys.stdout)
    if name is None and not remove:
        with open_state_of(settings, features) as state:
            names = [harmless(token.name) for token in state.do(web_tokens.list_tokens)]
        show(out, "\n".join(names) or texts.none)
        return DONE
    if not name or not web_tokens.is_token_name(name):
        raise SettingsError("token-name")
    now, by = datetime.now(UTC), terminal_actor()
    with open_state_of(settings, features) as state:
        if not remove:
            was_known = name in {token.name for token in state.do(web_tokens.list_tokens)}
            token = state.do(partial(web_tokens.create_token, name=name, now=now, by=by))
            notice = texts.replaced if was_known else texts.created
            show(console_for(sys.stderr), notice(harmless(name)))
            show(out, token)
        elif state.do(partial(web_tokens.remove_token, name=name, now=now, by=by)):
            show(out, texts.removed(harmless(name)))
        else:
            raise SettingsError("token-unknown", name=name)
    return DONE
