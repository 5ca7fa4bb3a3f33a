"""Fetching over real connections: courtesy, redirects, new attempts and limits."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from index.web.address import Address
from index.web.errors import FetchError, Why
from index.web.fetch import Fetcher, NotModified, Page, Validators
from index.web.guard import Guard
from index.web.limits import Limits
from tests.index.web.made import FAST, at_home, fetcher
from tests.web.site import CERTIFICATE, Answer, Handler, Site, article


def got(site: Site, path: str = "/a", **limits: float) -> Page:
    with fetcher(site, **limits) as fetching:
        page = fetching.get(Address.parse(site.url + path))
    assert isinstance(page, Page)
    return page


def fetcher_with(guard: Guard) -> Fetcher:
    return Fetcher("9.9", guard=guard, limits=FAST)


def refused(site: Site, path: str = "/a", **limits: float) -> FetchError:
    with pytest.raises(FetchError) as refusal:
        got(site, path, **limits)
    assert refusal.value.address == site.url + path
    assert "\n" not in str(refusal.value)
    return refusal.value


def robots(text: str) -> Answer:
    return Answer(text, "text/plain")


# What comes


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


def test_proxies_of_the_environment_are_not_used(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.pages["/a"] = Answer("a")
    assert got(site).body == b"a"


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.pages["/a"] = Answer("a", etag='"1"')
    address = Address.parse(f"{site.url}/a")
    with fetcher(site) as fetching:
        page = fetching.get(address)
        assert isinstance(page, Page)
        assert fetching.get(address, {address.url: page.validators}.get) == NotModified(address.url)
        assert isinstance(fetching.get(address, {address.url: Validators('"0"')}.get), Page)


def test_the_date_of_a_page_serves_where_it_has_no_tag(site: Site) -> None:
    site.pages["/a"] = Answer("a")
    since = "Fri, 29 Aug 2025 10:00:00 GMT"
    with fetcher(site) as fetching:
        fetching.get(Address.parse(f"{site.url}/a"), lambda url: Validators(None, since))
    assert site.asked[-1].headers["If-Modified-Since"] == since
    assert "If-None-Match" not in site.asked[-1].headers


# robots.txt


def test_what_robots_txt_forbids_is_not_asked_for(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /prive\nAllow: /prive/ouvert")
    site.pages |= {"/prive/a": Answer("a"), "/prive/ouvert": Answer("b")}
    assert refused(site, "/prive/a").why is Why.ROBOTS
    assert site.paths == []
    assert got(site, "/prive/ouvert").body == b"b"


def test_rules_for_selon_by_name_count_before_those_for_all(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nAllow: /\n\nUser-agent: selon\nDisallow: /")
    assert refused(site).why is Why.ROBOTS


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_site_without_robots_txt_allows_all(site: Site, status: int) -> None:
    site.pages |= {"/robots.txt": Answer("", status=status), "/a": Answer("a")}
    assert got(site).body == b"a"


def test_a_site_whose_robots_txt_fails_is_left_alone(site: Site) -> None:
    site.pages |= {"/robots.txt": Answer("", status=503), "/a": Answer("a")}
    failure = refused(site)
    assert failure.why is Why.ROBOTS_UNREADABLE
    assert "503" in str(failure)
    assert len(site.asked) == 3
    assert site.paths == []


def test_rules_are_read_once_and_are_followed_through_redirects(site: Site) -> None:
    site.pages |= {
        "/robots.txt": Answer(status=301, headers={"Location": "/rules.txt"}),
        "/rules.txt": robots("User-agent: *\nDisallow: /a"),
    }
    with fetcher(site) as fetching:
        for path in ("/a", "/a1", "/a2"):
            with pytest.raises(FetchError, match=r"robots\.txt refuses"):
                fetching.get(Address.parse(site.url + path))
    assert [each.path for each in site.asked] == ["/robots.txt", "/rules.txt"]


def test_a_long_robots_txt_is_read_as_far_as_the_standard_asks(site: Site) -> None:
    rules = "User-agent: *\nDisallow: /a\n"
    site.pages["/robots.txt"] = robots(rules + "# rien\n" * 200_000)
    assert refused(site).why is Why.ROBOTS


def test_rules_hold_where_a_redirect_leads(site: Site) -> None:
    site.pages |= {
        "/robots.txt": robots("User-agent: *\nDisallow: /b"),
        "/a": Answer(status=302, headers={"Location": "/b"}),
    }
    assert refused(site).why is Why.ROBOTS
    assert site.paths == ["/a"]


# Pace


def test_requests_to_one_host_are_kept_apart(site: Site) -> None:
    site.pages |= {"/a": Answer("a"), "/b": Answer("b")}
    waited: list[float] = []
    guard = Guard([f"127.0.0.1:{site.port}"])
    with Fetcher("1", guard=guard, limits=Limits(), sleep=waited.append) as fetching:
        for path in ("/a", "/b"):
            fetching.get(Address.parse(site.url + path))
    assert [round(each) for each in waited] == [1, 1]


def test_the_pace_that_a_site_asks_for_is_kept(site: Site) -> None:
    site.pages |= {"/robots.txt": robots("User-agent: *\nCrawl-delay: 7"), "/a": Answer("a")}
    waited: list[float] = []
    guard = Guard([f"127.0.0.1:{site.port}"])
    with Fetcher("1", guard=guard, limits=Limits(), sleep=waited.append) as fetching:
        fetching.get(Address.parse(f"{site.url}/a"))
    assert [round(each) for each in waited] == [7]


def test_a_pace_beyond_all_patience_is_said(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 86400")
    assert refused(site).why is Why.DELAY


def test_waiting_takes_nothing_from_the_time_of_an_address(site: Site) -> None:
    site.pages |= {"/robots.txt": robots("User-agent: *\nCrawl-delay: 0.6"), "/a": Answer("a")}
    assert got(site, total=0.5).body == b"a"


# Redirects


def test_redirects_are_followed_to_where_the_page_is(site: Site) -> None:
    site.pages |= {
        "/a": Answer(status=301, headers={"Location": "b"}),
        "/b": Answer(status=307, headers={"Location": f"{site.url}/c#part"}),
        "/c": Answer("c"),
    }
    page = got(site)
    assert (page.url, page.body) == (f"{site.url}/c", b"c")


def test_redirects_without_end_are_cut(site: Site) -> None:
    site.pages["/a"] = Answer(status=302, headers={"Location": "/a"})
    assert refused(site).why is Why.REDIRECTS
    assert len(site.paths) == 6


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://127.0.0.2/", Why.PRIVATE),
        ("http://169.254.169.254/latest/meta-data/", Why.PRIVATE),
        ("http://[::ffff:127.0.0.1]/", Why.PRIVATE),
        ("http://[::1]:{port}/", Why.PRIVATE),
        ("http://interne.exemple/", Why.PRIVATE),
        ("http://2130706433/", Why.MALFORMED),
        ("file:///etc/passwd", Why.SCHEME),
        ("http://a:b@exemple.fr/", Why.CREDENTIALS),
    ],
)
def test_a_redirect_leads_nowhere_that_an_address_may_not(
    site: Site, target: str, why: Why
) -> None:
    target = target.format(port=site.port)
    site.pages["/a"] = Answer(status=302, headers={"Location": target})
    assert refused(site).why is why


def test_a_redirect_to_another_port_of_an_allowed_machine_is_refused(site: Site) -> None:
    with Site() as other:
        other.pages["/"] = Answer("secret")
        site.pages["/a"] = Answer(status=302, headers={"Location": f"{other.url}/"})
        assert refused(site).why is Why.PRIVATE
        assert other.asked == []


def test_a_redirect_of_robots_txt_is_checked_too(site: Site) -> None:
    with Site() as other:
        site.pages["/robots.txt"] = Answer(
            status=302, headers={"Location": f"{other.url}/robots.txt"}
        )
        assert refused(site).why is Why.PRIVATE
        assert other.asked == []


def test_a_list_keeps_to_its_site(site: Site) -> None:
    site.pages["/a"] = Answer(status=302, headers={"Location": f"http://autre.exemple:{site.port}"})
    here = Address.parse(f"{site.url}/a")
    with fetcher(site, "autre.exemple") as fetching, pytest.raises(FetchError) as refusal:
        fetching.get(here, site=here)
    assert refusal.value.why is Why.OFF_SITE


# The very address that was checked


def test_a_name_is_resolved_once_and_the_connection_goes_there(site: Site) -> None:
    answers = [["127.0.0.9"], ["127.0.0.1"]]  # nothing listens at the first
    name = "rebinding.exemple"
    guard = Guard([name], resolver=lambda host, port: answers.pop(0))
    once = replace(FAST, attempts=1)
    with Fetcher("1", guard=guard, limits=once) as fetching, pytest.raises(FetchError) as refusal:
        fetching.get(Address.parse(f"http://{name}:{site.port}/a"))
    assert refusal.value.why is Why.UNREACHABLE
    assert answers == [["127.0.0.1"]]
    assert site.asked == []


def test_each_new_connection_is_checked(site: Site) -> None:
    """A name that was public when robots.txt was read may be private for the page."""
    site.pages |= {
        "/robots.txt": Answer("", "text/plain", headers={"Connection": "close"}),
        "/a": Answer("secret"),
    }
    asked: list[str] = []

    class Changing(Guard):
        def addresses(self, host: str, port: int) -> tuple[str, ...]:
            asked.append(host)
            return ("127.0.0.1",) if len(asked) == 1 else super().addresses(host, port)

    guard = Changing(resolver=lambda host, port: ["127.0.0.1"])
    with fetcher_with(guard) as fetching, pytest.raises(FetchError) as refusal:
        fetching.get(Address.parse(f"http://rebinding.exemple:{site.port}/a"))
    assert refusal.value.why is Why.PRIVATE
    assert [each.path for each in site.asked] == ["/robots.txt"]


def test_the_name_is_kept_for_the_site_that_was_found_by_number(site: Site) -> None:
    site.pages["/a"] = Answer("a")
    with fetcher(site, "journal.exemple") as fetching:
        fetching.get(Address.parse(f"http://journal.exemple:{site.port}/a"))
    assert {each.headers["Host"] for each in site.asked} == {f"journal.exemple:{site.port}"}


def test_a_certificate_is_checked_against_the_name_not_the_number() -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with Site(secure=True) as site:
        site.pages["/a"] = Answer("a")
        names = ("journal.exemple", "autre.exemple")
        guard = Guard(names, resolver=at_home)
        right, wrong = (Address.parse(f"https://{name}:{site.port}/a") for name in names)
        with Fetcher("1", guard=guard, limits=FAST, certificates=trusting) as fetching:
            page = fetching.get(right)
            with pytest.raises(FetchError) as other:
                fetching.get(wrong)
        with fetcher_with(guard) as careful, pytest.raises(FetchError) as unsigned:
            careful.get(right)
    assert isinstance(page, Page)
    assert page.body == b"a"
    assert (other.value.why, unsigned.value.why) == (Why.CERTIFICATE, Why.CERTIFICATE)


# New attempts


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(site: Site, status: int) -> None:
    site.pages["/a"] = [Answer("", status=status), Answer("", status=status), Answer("a")]
    assert got(site).body == b"a"
    assert site.paths == ["/a"] * 3


def test_three_attempts_are_all(site: Site) -> None:
    site.pages["/a"] = Answer("", status=503)
    failure = refused(site)
    assert (failure.why, failure.detail, failure.passing) == (Why.STATUS, "503", True)
    assert site.paths == ["/a"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_what_will_not_pass_is_asked_for_once(site: Site, status: int) -> None:
    site.pages["/a"] = Answer("", status=status)
    assert refused(site).detail == str(status)
    assert site.paths == ["/a"]


def test_a_site_is_left_alone_as_long_as_it_asks(site: Site) -> None:
    busy = Answer("", status=429, headers={"Retry-After": "1"})
    site.pages["/a"] = [busy, Answer("a")]
    assert got(site).body == b"a"
    first, second = (each.at for each in site.asked if each.path == "/a")
    assert second - first >= 0.95


@pytest.mark.parametrize(
    "after", ["3600", format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)]
)
def test_a_site_that_asks_for_too_long_is_given_up(site: Site, after: str) -> None:
    site.pages["/a"] = Answer("", status=503, headers={"Retry-After": after})
    assert refused(site).why is Why.BUSY
    assert site.paths == ["/a"]


def test_a_site_that_is_not_there_is_said(site: Site) -> None:
    guard = Guard(["127.0.0.1"])
    with Fetcher("1", guard=guard, limits=FAST) as fetching, pytest.raises(FetchError) as refusal:
        fetching.get(Address.parse("http://127.0.0.1:9/a"))
    assert refusal.value.why is Why.UNREACHABLE


# Limits


def trickling(seconds: float) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x")
            await asyncio.sleep(seconds)
        return response

    return handler


def test_a_page_that_trickles_is_cut(site: Site) -> None:
    site.pages["/a"] = trickling(0.05)
    began = time.monotonic()
    failure = refused(site, total=0.4, silence=0.3)
    assert failure.why is Why.TOO_SLOW
    assert time.monotonic() - began < 2
    assert site.paths == ["/a"]


def test_headers_that_trickle_are_cut() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        served = threading.Thread(target=_trickle_headers, args=(server,))
        served.start()
        port = server.getsockname()[1]
        began = time.monotonic()
        limits = Limits(total=0.4, silence=0.3, attempts=1, interval=0.0)
        guard, address = Guard(["127.0.0.1"]), Address.parse(f"http://127.0.0.1:{port}/a")
        fetching = Fetcher("1", guard=guard, limits=limits)
        with fetching, pytest.raises(FetchError) as refusal:
            fetching.get(address)
        assert refusal.value.why is Why.ROBOTS_UNREADABLE
        assert "0.4 s" in str(refusal.value)
        assert time.monotonic() - began < 1.5
        served.join(5)


def _trickle_headers(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(60):
            connection.sendall(b"X-A: b\r\n")
            time.sleep(0.05)


def test_a_site_that_falls_silent_is_tried_again_and_then_given_up(site: Site) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    site.pages["/a"] = silent
    assert refused(site, silence=0.1).why is Why.TOO_SLOW
    assert site.paths == ["/a"] * 3


@pytest.mark.parametrize("declared", [True, False])
def test_a_page_over_the_limit_is_cut(site: Site, declared: bool) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65536)

    site.pages["/a"] = Answer(b"x" * 200_001) if declared else endless
    assert refused(site).why is Why.TOO_LARGE


def test_a_page_comes_compressed(site: Site) -> None:
    body = "Le phare. " * 1000
    site.pages["/a"] = Answer(gzip.compress(body.encode()), headers={"Content-Encoding": "gzip"})
    assert got(site).body == body.encode()
    assert site.asked[-1].headers["Accept-Encoding"] == "gzip"


def test_a_bomb_is_cut_at_the_limit(site: Site) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 60_000
    site.pages["/a"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    assert refused(site).why is Why.TOO_LARGE


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_an_encoding_that_was_not_asked_for_is_refused(site: Site, encoding: str) -> None:
    site.pages["/a"] = Answer(b"x", headers={"Content-Encoding": encoding})
    assert refused(site).why is Why.ENCODING


def test_a_page_that_breaks_off_is_not_taken_for_whole(site: Site) -> None:
    whole = gzip.compress(b"Le phare. " * 1000)
    site.pages["/a"] = Answer(whole[:-9], headers={"Content-Encoding": "gzip"})
    assert refused(site).why is Why.ENCODING

    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 10)
        assert request.transport is not None
        request.transport.close()
        return response

    site.pages["/b"] = broken
    assert refused(site, "/b").why is Why.UNREACHABLE


def test_a_page_of_the_article_helper_is_whole(site: Site) -> None:
    site.pages["/a"] = article("Le phare")
    assert b"<h1>Le phare</h1>" in got(site).body
