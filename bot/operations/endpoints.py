"""/metrics for Prometheus and /healthz for whoever restarts what is stuck, on a port of their own.

On the event loop itself: a loop that is stuck does not say that it is well.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.web import RequestHandler

from bot.operations.http_server import close, listen
from bot.operations.metrics import Meters
from bot.settings import Settings

HealthCheck = Callable[[], str | None]
"""What is wrong, in a few words; None when nothing is. At once: nothing is tried for who asks."""


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
    """As JSON, or as a line a check for who asks for text/plain."""

    def get(self) -> None:
        found = {name: check() or "ok" for name, check in self.what.checks.items()}
        well = set(found.values()) == {"ok"}
        last = self.what.meters.last_update
        told = {
            "status": "ok" if well else "degraded",
            "last_update": last.isoformat(timespec="seconds") if last else None,
            **found,
        }
        self.set_status(200 if well else 503)
        if self.request.headers.get("Accept", "").startswith("text/plain"):
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.write("".join(f"{name}: {value or 'none'}\n" for name, value in told.items()))
        else:
            self.set_header("Content-Type", "application/json")
            self.write(json.dumps(told))
