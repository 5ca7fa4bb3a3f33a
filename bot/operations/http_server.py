"""A port that answers, on the event loop that runs the bot."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.errors import MessengerError
from index.errors import reason_of


def listen(handlers: Sequence[tuple[Any, ...]], host: str, port: int, setting: str) -> HTTPServer:
    """A server that answers by these handlers of tornado's, and logs nothing of who asks.

    Raises MessengerError, naming the setting of the port, where the port cannot be had.
    """
    server = HTTPServer(_Quiet(list(handlers)))
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise MessengerError(
            "port-taken", setting=setting, port=port, host=host, reason=reason_of(error)
        ) from error
    listening.setblocking(False)
    server.add_socket(listening)
    return server


async def close(server: HTTPServer) -> None:
    """Answer no more."""
    server.stop()
    await server.close_all_connections()


class _Quiet(Application):
    def log_request(self, handler: RequestHandler) -> None:
        """What comes is told where it is dealt with."""
