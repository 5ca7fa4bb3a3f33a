"""Run the web application until it is stopped."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    ExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
    nullcontext,
    suppress,
)

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.assembly import chain_over, open_gate, open_index, open_writers
from bot.errors import MessengerError
from bot.library.articles import Library
from bot.settings import Settings
from bot.state.database import open_state, state_url
from bot.web.app import create_app
from bot.web.feature import WebFeature
from bot.web.health import serve_health
from bot.web.service import WebService
from bot.web.upkeep import keep_up
from index.errors import reason_of

GRACE_SECONDS = 3
BACKLOG = 2048  # connections that wait to be accepted
REQUEST_SECONDS = 15.0  # in which the head of a request arrives


OpenWebFeature = Callable[[WebService], WebFeature | None]


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


class PunctualProtocol(H11Protocol):
    """HTTP whose connections are closed unless a request has arrived in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._close_unless_asked()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._close_unless_asked()

    def _close_unless_asked(self) -> None:
        answered = self.cycle

        def close() -> None:
            if self.cycle is answered:
                self.transport.close()

        asyncio.get_running_loop().call_later(REQUEST_SECONDS, close)


class WebServer(uvicorn.Server):
    """Uvicorn, which says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        self._ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")


def allow_connections() -> None:
    """Let the process hold as many connections as the system lets it."""
    with suppress(ImportError, OSError, ValueError):  # Windows; or not allowed
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def bind(settings: Settings) -> socket.socket:
    """Listen where the settings say. Raises MessengerError if the port is taken."""
    host, port = settings.web_host, settings.web_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise MessengerError(
            "port-taken", setting="SELON_WEB_PORT", port=port, host=host, reason=reason_of(error)
        ) from error


def server_of(
    service: WebService, ready: Callable[[str], None], features: Sequence[WebFeature]
) -> WebServer:
    """The server of the pages, not yet started."""
    config = uvicorn.Config(
        create_app(service, features),
        http=PunctualProtocol,
        ws="none",
        proxy_headers=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return WebServer(config, ready)


def serve(
    settings: Settings, ready: Callable[[str], None], open_features: Sequence[OpenWebFeature] = ()
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with the address once it listens.

    Raises as `open_service`, and MessengerError if the port is taken.
    """
    allow_connections()

    async def until_stopped(service: WebService) -> None:
        features = _opened(open_features, service)
        async with serve_health(service), keep_up(service, features, erases=True):
            await server_of(service, ready, features).serve([listening])

    with bind(settings) as listening, open_service(settings) as service:
        asyncio.run(until_stopped(service))


@asynccontextmanager
async def serve_beside(
    service: WebService, ready: Callable[[str], None], open_features: Sequence[OpenWebFeature]
) -> AsyncIterator[None]:
    """Serve while the block lasts, which handles the signals. Raises MessengerError."""
    allow_connections()
    listening = bind(service.settings)
    features = _opened(open_features, service)
    server = server_of(service, ready, features)
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve([listening]))
    try:
        async with keep_up(service, features, erases=False):  # the bot does
            yield
    finally:
        server.should_exit = True
        await serving


def _opened(open_features: Sequence[OpenWebFeature], service: WebService) -> list[WebFeature]:
    """What features add to the pages."""
    return [each for open_feature in open_features if (each := open_feature(service))]
