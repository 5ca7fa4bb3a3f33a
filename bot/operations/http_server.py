"""A bounded HTTP server on the bot's event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from weakref import ref

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application, HTTPError, RequestHandler, stream_request_body

from bot.errors import MessengerError
from index.errors import Words, reason_of

HEADER_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Limits against abuse. A connection is one request; `seconds` last until its reply's end."""

    body_bytes: int = 0
    seconds: float = 30.0
    connections: int = 200


def listen(
    handlers: Sequence[tuple[Any, ...]],
    host: str,
    port: int,
    setting: str,
    limits: ServerLimits = ServerLimits(),
) -> HTTPServer:
    """Start a server with these tornado handlers, without an access log.

    Raises MessengerError, as `open_socket`.
    """
    application = Application(
        list(handlers), default_handler_class=_NotFound, log_function=lambda handler: None
    )
    server = _BoundedServer(
        application,
        no_keep_alive=True,
        max_header_size=HEADER_BYTES,
        max_body_size=limits.body_bytes,
    )
    server.limits = limits
    socket_ = open_socket(host, port, setting)
    socket_.setblocking(False)
    server.add_socket(socket_)
    return server


def open_socket(host: str, port: int, setting: str, backlog: int | None = None) -> socket.socket:
    """Listen on an address. Raises MessengerError, naming the setting of the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=backlog)
    except OSError as error:
        # Python repeats the address after the system's words.
        words = str(reason_of(error)).partition(" (while ")[0]
        unknown = isinstance(error, socket.gaierror)
        reason = Words("no address for this host" if unknown else words)
        raise MessengerError(
            "port-taken", setting=setting, port=port, host=host, reason=reason
        ) from error


async def close(server: HTTPServer) -> None:
    server.stop()
    await server.close_all_connections()


class _BoundedServer(HTTPServer):
    limits: ServerLimits

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if len(self._connections) >= self.limits.connections:
            stream.close()
            return
        super().handle_stream(stream, address)
        # A strong reference would keep the stream's buffers in memory.
        asyncio.get_running_loop().call_later(self.limits.seconds, _close_stream, ref(stream))


def _close_stream(reference: ref[IOStream]) -> None:
    stream = reference()
    if stream is not None:
        stream.close()


@stream_request_body
class _NotFound(RequestHandler):
    """Refuses unknown paths before the body is read."""

    def prepare(self) -> None:
        raise HTTPError(HTTPStatus.NOT_FOUND)
