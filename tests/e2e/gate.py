"""A way to a server that breaks as the internet does."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Literal, Self, get_args
from urllib.parse import urlsplit

Outage = Literal["refused", "hanging", "502"]
OUTAGES: tuple[Outage, ...] = get_args(Outage)
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\nConnection: close\r\n\r\nSorry"


class Gate:
    """A proxy before a server on this machine; use it as `async with Gate(url) as gate`.

    In an outage connections are `refused`, or taken and left `hanging`, or every request gets a
    page of status `502`.
    """

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url).port
        self._outage: Outage | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._port = 0
        self.requests = 0
        """That came during outages."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self._abort()

    async def fail(self, outage: Outage) -> None:
        self._outage = outage
        if outage == "refused":
            self._server.close()
        if outage != "hanging":
            self._abort()

    async def recover(self) -> None:
        outage, self._outage = self._outage, None
        self._abort()
        if outage == "refused":
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def _abort(self) -> None:
        for stream in self._open:
            stream.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            if self._outage == "502":
                await self._refuse(reader, writer)
            else:
                behind, before = await asyncio.open_connection("127.0.0.1", self._target)
                self._open.add(before)
                await asyncio.gather(self._hand_on(reader, before), self._hand_on(behind, writer))
        writer.close()

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests += 1
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(_BAD_GATEWAY)
        await writer.drain()

    async def _hand_on(self, here: asyncio.StreamReader, there: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await here.read(65_536):
                if self._outage is None:
                    there.write(data)
                    await there.drain()
                else:
                    self.requests += 1
        there.close()
