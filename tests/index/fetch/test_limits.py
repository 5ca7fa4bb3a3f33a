from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from contextlib import suppress

import pytest
from aiohttp import web

from index.fetch.guard import Guard
from tests.index.fetch.made import fetcher_with, got, refusal, refused
from tests.web.site import Answer, Site


def test_a_page_that_trickles_is_cut(site: Site, clock: list[float]) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0)
            clock[0] += 1

    site.pages["/a"] = trickle
    failure = refused(site, total=40.0)
    assert (failure.code, failure.parameters) == ("address-too-slow", {"seconds": 40.0})
    assert site.paths == ["/a"]


def test_headers_that_trickle_are_cut(clock: list[float]) -> None:
    def trickle(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-A: b\r\n")
                clock[0] += 1

    with socket.create_server(("127.0.0.1", 0)) as server:
        served = threading.Thread(target=trickle, args=(server,))
        served.start()
        port = server.getsockname()[1]
        fetching = fetcher_with(Guard(["127.0.0.1"]), total=40.0, attempts=1)
        error = refusal(fetching, f"http://127.0.0.1:{port}/a")
        assert error.code == "address-robots-unreadable"
        assert "address-too-slow (seconds=40.0)" in str(error)
        served.join(60)


def test_a_site_that_falls_silent_is_tried_again_and_then_given_up(site: Site) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        return web.Response()

    site.pages["/a"] = silent
    assert refused(site, silence=1.0, attempts=2).code == "address-too-slow"
    assert site.paths == ["/a"] * 2


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
    bomb = gzip.compress(bytes(10_000_000))
    assert len(bomb) < 20_000
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
