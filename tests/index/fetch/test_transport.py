from __future__ import annotations

import gzip
import ssl
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchError
from index.fetch.address import Address
from index.fetch.fetcher import FetchedPage, Fetcher
from index.fetch.guard import Guard
from index.fetch.inflate import Inflater, TooLarge, inflate
from tests.index.fetch.made import FAST, at_home, fetcher_with, got, refusal, refused
from tests.web.site import CERTIFICATE, Answer, Site


def test_redirects_are_followed_but_not_without_end(site: Site) -> None:
    site.pages |= {
        "/a": Answer(status=301, headers={"Location": "b"}),
        "/b": Answer(status=307, headers={"Location": f"{site.url}/c#part"}),
        "/c": Answer("c"),
    }
    page = got(site)
    assert (page.url, page.body) == (f"{site.url}/c", b"c")
    site.pages["/a"] = Answer(status=302, headers={"Location": "/a"})
    assert refused(site).code == "address-redirects"
    assert len(site.paths) == 3 + 6


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("http://127.0.0.2/", "address-private"),
        ("http://169.254.169.254/latest/meta-data/", "address-private"),
        ("http://[::ffff:127.0.0.1]/", "address-private"),
        ("http://[::1]:{port}/", "address-private"),
        ("http://2130706433/", "address-malformed"),
        ("file:///etc/passwd", "address-scheme"),
        ("http://a:b@exemple.fr/", "address-credentials"),
        ("http://exemple.fr:99999999999/", "address-malformed"),
        ("http:a", "address-redirects"),  # the page itself, of the same site
    ],
)
def test_no_redirect_leads_where_no_address_may(site: Site, target: str, why: str) -> None:
    target = target.format(port=site.port)
    site.pages["/a"] = Answer(status=302, headers={"Location": target})
    assert refused(site).code == why


def test_a_redirect_to_another_port_of_an_allowed_machine_is_refused(site: Site) -> None:
    with Site() as other:
        other.pages["/"] = Answer("secret")
        away = Answer(status=302, headers={"Location": f"{other.url}/"})
        for pages in ({"/a": away}, {"/robots.txt": away}):
            site.pages.clear()
            site.pages |= pages
            assert refused(site).code == "address-private"
        assert other.asked == []


def test_a_name_is_resolved_once_and_the_connection_goes_there(site: Site) -> None:
    answers = [["127.0.0.9"], ["127.0.0.1"]]  # nothing listens at the first
    name = "rebinding.exemple"
    guard = Guard([name], resolver=lambda host, port: answers.pop(0))
    error = refusal(fetcher_with(guard, attempts=1), f"http://{name}:{site.port}/a")
    assert error.code == "address-unreachable"
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
    error = refusal(fetcher_with(guard), f"http://rebinding.exemple:{site.port}/a")
    assert error.code == "address-private"
    assert [request.path for request in site.asked] == ["/robots.txt"]


def test_the_name_is_kept_for_the_certificate_and_for_the_site_found_by_number() -> None:
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with Site(secure=True) as site:
        site.pages["/a"] = Answer("a")
        names = ("journal.exemple", "autre.exemple")
        guard = Guard(names, resolver=at_home)
        right, wrong = (f"https://{name}:{site.port}/a" for name in names)
        with Fetcher("1", guard=guard, limits=FAST, certificates=trusting) as fetching:
            page = fetching.get(Address.parse(right))
            with pytest.raises(FetchError) as other:
                fetching.get(Address.parse(wrong))
        unsigned = refusal(fetcher_with(guard), right)
    assert isinstance(page, FetchedPage)
    assert page.body == b"a"
    assert (other.value.code, unsigned.code) == ("address-certificate", "address-certificate")
    assert {request.headers["Host"] for request in site.asked} == {f"journal.exemple:{site.port}"}


@given(data=st.binary(max_size=5000), piece=st.integers(1, 999))
def test_what_was_compressed_comes_back_however_it_is_cut(data: bytes, piece: int) -> None:
    for packed in (gzip.compress(data), zlib.compress(data)):
        inflater = Inflater(len(data))
        for start in range(0, len(packed), piece):
            inflater.feed(packed[start : start + piece])
        assert inflater.finish() == data


def test_a_bomb_never_takes_more_than_the_limit() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        inflate(bomb, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_what_is_broken_says_so() -> None:
    with pytest.raises(ValueError, match="incorrect header"):
        inflate(b"not gzip", 1000)
    members = gzip.compress(b"a") + gzip.compress(b"b")  # which follow each other are one
    assert inflate(members + bytes(8), 10) == b"ab"
