"""/metrics for Prometheus and /healthz for supervisors, on a port of their own.

Served on the bot's event loop: a stuck loop must not report that it is healthy.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.web import RequestHandler

from bot.operations.http_server import close, listen
from bot.operations.metrics import METERS
from bot.settings import Settings

# Returns a short problem description or None, immediately: probes run elsewhere.
HealthCheck = Callable[[], str | None]


@asynccontextmanager
async def serve_endpoints(
    settings: Settings, checks: Mapping[str, HealthCheck]
) -> AsyncIterator[None]:
    """Serve for the duration of the block, if the settings name a port. Raises MessengerError."""
    host, port = settings.metrics_host, settings.metrics_port
    if not port:
        yield
        return
    handlers = [("/metrics", _Metrics), ("/healthz", _Health, {"checks": checks})]
    server = listen(handlers, host, port, "SELON_METRICS_PORT")
    try:
        yield
    finally:
        await close(server)


class _Metrics(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest(METERS.registry))


class _Health(RequestHandler):
    """JSON, or a line per check for text/plain."""

    def initialize(self, checks: Mapping[str, HealthCheck]) -> None:
        self.checks = checks

    def get(self) -> None:
        results = {name: check() or "ok" for name, check in self.checks.items()}
        healthy = set(results.values()) == {"ok"}
        last = METERS.last_update
        body = {
            "status": "ok" if healthy else "degraded",
            "last_update": last.isoformat(timespec="seconds") if last else None,
            **results,
        }
        self.set_status(200 if healthy else 503)
        if self.request.headers.get("Accept", "").startswith("text/plain"):
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.write("".join(f"{name}: {value or 'none'}\n" for name, value in body.items()))
        else:
            self.set_header("Content-Type", "application/json")
            self.write(json.dumps(body))
