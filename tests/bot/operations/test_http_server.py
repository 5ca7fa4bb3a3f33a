"""What a port of Selon's takes from strangers: little, for a short time, from few at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tornado.web import RequestHandler

from bot.operations.endpoints import serve_endpoints
from bot.operations.http_server import ServerLimits, close, listen
from bot.settings import Settings
from tests.postgres.server import free_port


class Echo(RequestHandler):
    def get(self) -> None:
        self.write("well")

    def post(self) -> None:
        self.write(self.request.body)


@asynccontextmanager
async def served(limits: ServerLimits) -> AsyncIterator[int]:
    """A server at work; its port."""
    port = free_port()
    server = listen([("/echo", Echo)], "127.0.0.1", port, "SELON_METRICS_PORT", limits)
    try:
        yield port
    finally:
        await close(server)


async def reply_to(port: int, *pieces: bytes) -> bytes:
    """All that the server says to these bytes, until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(30):
            return await reader.read()
    finally:
        writer.close()


def post(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: x", *headers, "", "")).encode()


@pytest.mark.parametrize("header", ["Content-Length: 900000", "Transfer-Encoding: chunked"])
async def test_no_body_is_read_where_none_is_allowed(header: str) -> None:
    body = b"5\r\nhello\r\n0\r\n\r\n"
    async with served(ServerLimits(body_bytes=2**20)) as port:
        reply = await reply_to(port, post("/elsewhere", header))  # without a handler
        assert reply.startswith(b"HTTP/1.1 404 ")
    async with served(ServerLimits()) as port:
        reply = await reply_to(port, post("/echo", header), body)
        assert reply.startswith(b"HTTP/1.1 400 ")


async def test_a_body_larger_than_allowed_is_refused_before_it_comes() -> None:
    async with served(ServerLimits(body_bytes=5)) as port:
        reply = await reply_to(port, post("/echo", "Content-Length: 6"))
        assert reply.startswith(b"HTTP/1.1 400 ")
        taken = await reply_to(port, post("/echo", "Content-Length: 5"), b"hello")
    assert taken.startswith(b"HTTP/1.1 200 ")
    assert taken.endswith(b"\r\n\r\nhello")


@pytest.mark.parametrize("piece", [b"POST /echo HT", post("/echo", "Content-Length: 5") + b"he"])
async def test_who_is_slow_is_cut_off(piece: bytes) -> None:
    async with served(ServerLimits(body_bytes=5, seconds=0.2)) as port:
        assert await reply_to(port, piece) == b""


async def test_a_heap_of_headers_is_refused() -> None:
    async with served(ServerLimits()) as port:
        assert await reply_to(port, b"GET /echo HTTP/1.1\r\nX: " + b"x" * 20_000) == b""


async def test_more_connections_than_allowed_are_closed_at_once() -> None:
    async with served(ServerLimits(connections=2)) as port:
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        assert await reply_to(port) == b""
        for reader, writer in waiting:
            writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.read()).endswith(b"well")
            writer.close()
        assert (await reply_to(port, b"GET /echo HTTP/1.0\r\n\r\n")).endswith(b"well")


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
