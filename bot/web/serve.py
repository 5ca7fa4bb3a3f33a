"""Run the web application, with its metrics, health checks and background jobs."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext, suppress
from datetime import timedelta
from functools import partial

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.assembly import chain_over, chat_models_in, open_gate, open_index
from bot.errors import SelonError
from bot.library.articles import Library
from bot.operations.endpoints import HealthCheck, serve_endpoints
from bot.operations.erasure import erase_old_records
from bot.operations.http_server import open_socket
from bot.operations.metrics import METERS, Now
from bot.operations.probes import Probe, Trial, index_age, run_probes, try_index
from bot.settings import Settings
from bot.state import meters
from bot.state.clock import check_clock
from bot.state.database import open_state, state_url
from bot.web.app import create_app
from bot.web.feature import WebFeature
from bot.web.service import WebService
from index.errors import IndexingError

logger = logging.getLogger(__name__)

GRACE_SECONDS = 3
BACKLOG = 2048  # connections that wait to be accepted
REQUEST_SECONDS = 15.0  # until the head of a request has arrived
ERASURE_SECONDS = 3600.0  # between two erasures of old records
JOB_SECONDS = 20.0  # between two runs of a feature's job

OpenWebFeature = Callable[[WebService], WebFeature | None]


@contextmanager
def open_service(settings: Settings) -> Iterator[WebService]:
    """The service over the index and the database of the settings.

    Raises SettingsError, IndexingError, StateError.
    """
    with chat_models_in(settings) as models:
        index = open_index(settings, may_be_missing=True)
        url = state_url(settings.database_url, settings.data_dir)
        with closing(open_state(url, settings.bot_id)) as state:
            chain, gate = chain_over(index, settings, models), open_gate(settings, index.embedder)
            yield WebService(chain, Library(index), state, settings, gate, index)


class PunctualProtocol(H11Protocol):
    """HTTP/1.1 that closes connections whose next request does not arrive in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._close_unless_asked()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._close_unless_asked()

    def _close_unless_asked(self) -> None:
        last_cycle = self.cycle

        def close() -> None:
            if self.cycle is last_cycle:
                self.transport.close()

        asyncio.get_running_loop().call_later(REQUEST_SECONDS, close)


class WebServer(uvicorn.Server):
    """Uvicorn with a callback once it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        self._ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")


def allow_connections() -> None:
    """Raise the limit of open files to the maximum."""
    with suppress(ImportError, OSError, ValueError):  # Windows, or not permitted
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def create_server(
    service: WebService, ready: Callable[[str], None], features: Sequence[WebFeature]
) -> WebServer:
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


def serve_web(
    settings: Settings, ready: Callable[[str], None], open_features: Sequence[OpenWebFeature] = ()
) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with the address once it listens.

    Raises as `open_service`, and MessengerError if the port is taken.
    """
    allow_connections()

    async def until_stopped(service: WebService) -> None:
        features = _open_features(open_features, service)
        async with serve_web_health(service), keep_up(service, features, erases=True):
            await create_server(service, ready, features).serve([socket_])

    with _listen(settings) as socket_, open_service(settings) as service:
        asyncio.run(until_stopped(service))


@asynccontextmanager
async def serve_beside(
    service: WebService, ready: Callable[[str], None], open_features: Sequence[OpenWebFeature]
) -> AsyncIterator[None]:
    """Serve within a block, which handles the signals. Raises MessengerError."""
    allow_connections()
    socket_ = _listen(service.settings)
    features = _open_features(open_features, service)
    server = create_server(service, ready, features)
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    serve_task = asyncio.create_task(server.serve([socket_]))
    try:
        async with keep_up(service, features, erases=False):  # the bot erases
            yield
    finally:
        server.should_exit = True
        await serve_task


def _listen(settings: Settings) -> socket.socket:
    return open_socket(settings.web_host, settings.web_port, "SELON_WEB_PORT", BACKLOG)


def _open_features(
    open_features: Sequence[OpenWebFeature], service: WebService
) -> list[WebFeature]:
    return [feature for open_feature in open_features if (feature := open_feature(service))]


@asynccontextmanager
async def serve_web_health(service: WebService) -> AsyncIterator[None]:
    """Serve metrics and health within a block. Raises MessengerError."""

    async def try_answer() -> None:
        newest = await asyncio.to_thread(service.library.newest, 1)
        question = newest[0].title if newest else "?"
        await service.quote(question)

    async def try_database() -> None:
        now = service.now()
        await service.state.run(meters.notice, key="health", now=now, every=timedelta())

    trials: dict[str, Trial] = {
        "answers": try_answer,
        "database": try_database,
        "index": partial(try_index, service.library),
    }
    probes = [Probe(name, trial) for name, trial in trials.items()]
    checks: dict[str, HealthCheck] = {probe.name: probe.finding for probe in probes}
    generation = service.library.generation
    now = Now(lambda: 0, lambda: 0, lambda: index_age(generation))
    with METERS.watch(now, checks):
        async with serve_endpoints(service.settings, checks), run_probes(probes):
            yield


@asynccontextmanager
async def keep_up(
    service: WebService, features: Sequence[WebFeature], *, erases: bool
) -> AsyncIterator[None]:
    """Run the jobs within a block; this process `erases` records unless the bot does."""

    jobs = [(job, JOB_SECONDS) for feature in features for job in feature.jobs]
    if erases:
        jobs.append((partial(forget, service), ERASURE_SECONDS))
    tasks = [asyncio.create_task(_repeat(job, seconds)) for job, seconds in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(job: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await job()
        except (SelonError, IndexingError) as error:
            logger.error("A job beside the pages failed: %s", error)
        except Exception as error:
            logger.error("A job beside the pages failed", exc_info=error)
        await asyncio.sleep(seconds)


async def forget(service: WebService) -> None:
    """Erase records past their retention period, unless the clock is doubtful."""
    now = service.now()
    if await service.state.run(check_clock, now=now) == "agrees":
        await erase_old_records(service.state, service.settings, service.limits, now)
