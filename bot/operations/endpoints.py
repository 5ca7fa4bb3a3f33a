"""/metrics for Prometheus and /healthz for supervisors, on a port of their own.

Served on the bot's event loop: a stuck loop must not report that it is healthy.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from tornado.web import HTTPError, RequestHandler

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
    known = {"hosts": {host, *settings.web_hosts}, "checks": checks}
    handlers = [("/metrics", _Metrics, known), ("/healthz", _Health, known)]
    server = listen(handlers, host, port, "SELON_METRICS_PORT")
    try:
        yield
    finally:
        await close(server)


class _Handler(RequestHandler):
    """Refuses names that somebody else may have pointed here (DNS rebinding)."""

    def initialize(self, hosts: Collection[str], checks: Mapping[str, HealthCheck]) -> None:
        self.hosts, self.checks = hosts, checks

    def prepare(self) -> None:
        name = self.request.host_name.strip("[]")
        if "." in name and name not in self.hosts and not _is_address(name):
            raise HTTPError(HTTPStatus.FORBIDDEN)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class _Metrics(_Handler):
    def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(generate_latest(METERS.registry))


class _Health(_Handler):
    """JSON, or a line per check for text/plain."""

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
