"""Run the web application until it is stopped."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

import uvicorn

from bot.assembly import chain_over, open_gate, open_index, open_writers
from bot.library.articles import Library
from bot.settings import Settings
from bot.state.database import open_state, state_url
from bot.web.app import create_app
from bot.web.feature import WebFeature
from bot.web.service import WebService

GRACE_SECONDS = 3


@contextmanager
def open_service(settings: Settings) -> Iterator[WebService]:
    """The service over the index and the database of the settings.

    Raises SettingsError, IndexingError, StateError.
    """
    with ExitStack() as opened:
        writers = open_writers(settings)
        if writers is not None:
            opened.callback(writers.close)
        index = open_index(settings, awaited=True)
        url = state_url(settings.database_url, settings.data_dir)
        state = opened.enter_context(closing(open_state(url, settings.bot_id)))
        yield WebService(
            chain_over(index, settings, writers),
            Library(index),
            state,
            settings,
            open_gate(settings, index.embedder),
            index,
        )


class WebServer(uvicorn.Server):
    """Uvicorn, which says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup()
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        self._ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")


def serve(
    settings: Settings,
    ready: Callable[[str], None],
    halves: Sequence[Callable[[WebService], WebFeature | None]] = (),
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with the address once it listens.

    `halves` open the web halves of features.
    """
    with open_service(settings) as service:
        config = uvicorn.Config(
            create_app(service, [each for half in halves if (each := half(service))]),
            host=settings.web_host,
            port=settings.web_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        asyncio.run(WebServer(config, ready).serve())
