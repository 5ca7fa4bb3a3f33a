"""/metrics for Prometheus and /healthz for whoever restarts what is stuck, on a port of their own.

On the event loop itself: a loop that is stuck does not say that it is well.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.web import RequestHandler

from bot.operations.http_server import close, listen
from bot.operations.metrics import Meters
from bot.settings import Settings

HealthCheck = Callable[[], Awaitable[str | None]]
"""What is wrong, in a few words; None when nothing is."""


@dataclass(frozen=True, slots=True)
class ServedEndpoints:
    """What is served: the figures, and what must be well, by name."""

    meters: Meters
    checks: Mapping[str, HealthCheck]


@asynccontextmanager
async def serve_endpoints(settings: Settings, what: ServedEndpoints) -> AsyncIterator[None]:
    """Serve while the block lasts, if the settings name a port. Raises MessengerError."""
    if not settings.metrics_port:
        yield
        return
    handlers = [("/metrics", _Metrics, {"what": what}), ("/healthz", _Health, {"what": what})]
    server = listen(handlers, settings.metrics_host, settings.metrics_port, "SELON_METRICS_PORT")
    try:
        yield
    finally:
        await close(server)


class _Page(RequestHandler):
    def initialize(self, what: ServedEndpoints) -> None:
        self.what = what


class _Metrics(_Page):
    def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest(self.what.meters.registry))


class _Health(_Page):
    async def get(self) -> None:
        found = {name: await check() for name, check in self.what.checks.items()}
        wrong = {name: reason for name, reason in found.items() if reason is not None}
        self.set_status(503 if wrong else 200)
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps({name: reason or "ok" for name, reason in found.items()}))
