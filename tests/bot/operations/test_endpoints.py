"""The port of metrics answers to its own names."""

from __future__ import annotations

import pytest

from bot.operations.endpoints import serve_endpoints
from bot.settings import Settings
from tests.bot.operations.test_http_server import reply_to
from tests.postgres.server import free_port


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("[::1]:{port}", 200),
        ("localhost:{port}", 200),
        ("selon", 200),
        ("journal.exemple.fr", 200),
        ("mal.example", 403),
        ("mal.example:{port}", 403),
        ("127.0.0.1.mal.example:{port}", 403),
    ],
)
async def test_only_its_own_names_are_served(host: str, status: int) -> None:
    port = free_port()
    settings = Settings(_env_file=None, metrics_port=port, web_hosts="journal.exemple.fr")
    async with serve_endpoints(settings, {"index": lambda: None}):
        for path in ("/metrics", "/healthz"):
            lines = (f"GET {path} HTTP/1.1", f"Host: {host.format(port=port)}", "", "")
            reply = await reply_to(port, "\r\n".join(lines).encode())
            assert reply.split()[1] == str(status).encode()
