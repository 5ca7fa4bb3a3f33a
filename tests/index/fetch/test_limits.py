from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from contextlib import suppress

import pytest
from aiohttp import web

from index.fetch.guard import Guard
from tests.index.fetch.made import fetcher_with, got, refusal, refused
from tests.web.site import Answer, Handler, Site


def trickling(seconds: float) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        for _ in range(2_000):
            await response.write(b"x")
            await asyncio.sleep(seconds)
        return response

    return handler


def test_a_page_that_trickles_is_cut(site: Site) -> None:
    site.pages["/a"] = trickling(0.05)
    began = time.monotonic()
    failure = refused(site, total=0.4, silence=0.3)
    assert failure.code == "address-too-slow"
    assert time.monotonic() - began < 60
    assert site.paths == ["/a"]


def test_headers_that_trickle_are_cut() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        served = threading.Thread(target=_trickle_headers, args=(server,))
        served.start()
        port = server.getsockname()[1]
        began = time.monotonic()
        fetching = fetcher_with(Guard(["127.0.0.1"]), total=0.4, silence=0.3, attempts=1)
        error = refusal(fetching, f"http://127.0.0.1:{port}/a")
        assert error.code == "address-robots-unreadable"
        assert "address-too-slow (seconds=0.4)" in str(error)
        assert time.monotonic() - began < 60
        served.join(60)


def _trickle_headers(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2_000):
            connection.sendall(b"X-A: b\r\n")
            time.sleep(0.05)


def test_a_site_that_falls_silent_is_tried_again_and_then_given_up(site: Site) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    site.pages["/a"] = silent
    assert refused(site, silence=0.1).code == "address-too-slow"
    assert site.paths == ["/a"] * 3


@pytest.mark.parametrize("declared", [True, False])
def test_a_page_over_the_limit_is_cut(site: Site, declared: bool) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    site.pages["/a"] = Answer(b"x" * 200_001) if declared else endless
    assert refused(site).code == "address-too-large"


def test_a_page_comes_compressed_and_a_bomb_is_cut(site: Site) -> None:
    body = "Le phare. " * 1000
    site.pages["/a"] = Answer(gzip.compress(body.encode()), headers={"Content-Encoding": "gzip"})
    assert got(site).body == body.encode()
    assert site.asked[-1].headers["Accept-Encoding"] == "gzip"
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 60_000
    site.pages["/a"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    assert refused(site).code == "address-too-large"


def test_a_page_that_breaks_off_is_not_taken_for_whole(site: Site) -> None:
    whole = gzip.compress(b"Le phare. " * 1000)
    site.pages["/a"] = Answer(whole[:-9], headers={"Content-Encoding": "gzip"})
    assert refused(site).code == "address-encoding"

    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 10)
        assert request.transport is not None
        request.transport.close()
        return response

    site.pages["/b"] = broken
    assert refused(site, "/b").code == "address-unreachable"
