from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.locale.errors import error_text
from index.fetch.address import Address
from index.fetch.fetcher import Fetcher, Validators
from index.fetch.guard import Guard
from tests.index.fetch.made import FAST, fetcher_with, got, refusal, refused
from tests.web.site import Answer, Site


def test_a_page_comes_as_its_bytes(site: Site) -> None:
    body = "Été à Paris".encode("latin-1")
    site.pages["/a"] = Answer(body, "Text/HTML; charset=latin-1", etag='"1"')
    page = got(site)
    assert (page.body, page.media_type) == (body, "text/html")
    assert page.content_type == "Text/HTML; charset=latin-1"
    assert page.validators == Validators('"1"', None)


def test_selon_says_who_it_is_and_keeps_no_cookie(site: Site) -> None:
    site.pages["/a"] = Answer("a", headers={"Set-Cookie": "who=me; Path=/"})
    guard = Guard([f"127.0.0.1:{site.port}"])
    with Fetcher("9.9", contact="https://exemple.fr/robot", guard=guard, limits=FAST) as fetching:
        for _ in range(2):
            fetching.get(Address.parse(f"{site.url}/a"))
    for request in site.asked:
        assert request.headers["User-Agent"] == "Selon/9.9 (+https://exemple.fr/robot)"
        assert request.headers["Host"] == f"127.0.0.1:{site.port}"
        assert "Cookie" not in request.headers


def test_proxies_of_the_system_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.pages["/a"] = Answer("a")
    assert got(site).body == b"a"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(site: Site, status: int) -> None:
    site.pages["/a"] = [Answer("", status=status), Answer("", status=status), Answer("a")]
    assert got(site).body == b"a"
    assert site.paths == ["/a"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_will_not_pass_is_asked_for_once(site: Site, status: int) -> None:
    site.pages["/a"] = Answer("", status=status)
    assert refused(site).parameters == {"status": status}
    assert site.paths == ["/a"]


def test_a_site_is_left_alone_as_long_as_it_asks(site: Site) -> None:
    busy = Answer("", status=429, headers={"Retry-After": "1"})
    site.pages["/a"] = [busy, Answer("a")]
    assert got(site).body == b"a"
    first, second = (each.at for each in site.asked if each.path == "/a")
    assert second - first >= 0.95


@pytest.mark.parametrize(
    "after",
    ["3600", format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)],
    ids=["seconds", "a day"],
)
def test_a_site_that_asks_for_too_long_is_given_up(site: Site, after: str) -> None:
    site.pages["/a"] = Answer("", status=503, headers={"Retry-After": after})
    assert refused(site).code == "address-busy"
    assert site.paths == ["/a"]


@contextmanager
def _cutting(reply: bytes) -> Iterator[int]:
    """The port of something that says this to whoever connects, and no more."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            self.request.sendall(reply)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize(
    ("scheme", "reply", "why"),
    [
        ("http", b"\0garbage\r\n\r\n", "la connexion s’est coupée"),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "la connexion s’est coupée"),
        ("https", b"HTTP/1.1 400 Bad\r\n\r\n", "la connexion chiffrée échoue"),
    ],
)
def test_what_cuts_a_connection_is_in_one_language(scheme: str, reply: bytes, why: str) -> None:
    with _cutting(reply) as port:
        url = f"{scheme}://127.0.0.1:{port}/robots.txt"
        error = refusal(fetcher_with(Guard(["127.0.0.1"])), url)
    assert error_text(error, "fr").endswith(f": le site est injoignable ({why})")


def test_a_site_that_is_not_there_is_said() -> None:
    error = refusal(fetcher_with(Guard(["127.0.0.1"])), "http://127.0.0.1:9/a")
    assert error.code == "address-unreachable"
    assert error_text(error, "fr").endswith("le site est injoignable (connexion refusée)")
