from __future__ import annotations

import pytest

from index.errors import FetchError
from index.fetch.address import Address
from index.fetch.fetcher import Fetcher
from index.fetch.guard import Guard
from index.fetch.transport import FetchLimits
from tests.index.fetch.made import fetcher, got, refused
from tests.web.site import Answer, Site


def robots(text: str) -> Answer:
    return Answer(text, "text/plain")


def test_what_robots_txt_forbids_is_not_asked_for(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /prive\nAllow: /prive/ouvert")
    site.pages |= {"/prive/a": Answer("a"), "/prive/ouvert": Answer("b")}
    assert refused(site, "/prive/a").code == "address-robots"
    assert site.paths == []
    assert got(site, "/prive/ouvert").body == b"b"
    site.pages["/a"] = Answer(status=302, headers={"Location": "/prive/a"})
    assert refused(site).code == "address-robots"
    assert "/prive/a" not in site.paths


@pytest.mark.parametrize(
    "rules",
    [
        "User-agent: *\nAllow: /\n\nUser-agent: selon\nDisallow: /",
        "User-agent: *\nDisallow: /a\n" + "# rien\n" * 200_000,
    ],
    ids=["for Selon by name", "long"],
)
def test_rules_are_read_as_the_standard_asks(site: Site, rules: str) -> None:
    site.pages["/robots.txt"] = robots(rules)
    assert refused(site).code == "address-robots"


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_site_without_robots_txt_allows_all(site: Site, status: int) -> None:
    site.pages |= {"/robots.txt": Answer("", status=status), "/a": Answer("a")}
    assert got(site).body == b"a"


def test_a_site_whose_robots_txt_fails_is_left_alone(site: Site) -> None:
    site.pages |= {"/robots.txt": Answer("", status=503), "/a": Answer("a")}
    failure = refused(site)
    assert failure.code == "address-robots-unreadable"
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
            with pytest.raises(FetchError, match="address-robots"):
                fetching.get(Address.parse(site.url + path))
    assert [each.path for each in site.asked] == ["/robots.txt", "/rules.txt"]


def test_requests_to_one_host_are_kept_apart_which_costs_no_address_time(
    site: Site, clock: list[float]
) -> None:
    site.pages |= {"/a": Answer("a"), "/b": Answer("b")}
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += seconds

    guard, limits = Guard([f"127.0.0.1:{site.port}"]), FetchLimits(total=30, interval=40)
    for delay in ("", "Crawl-delay: 50"):
        site.pages["/robots.txt"] = robots(f"User-agent: *\n{delay}")
        with Fetcher("1", guard=guard, limits=limits, sleep=sleep) as fetching:
            for path in ("/a", "/b"):
                fetching.get(Address.parse(site.url + path))
    assert waited == [40, 40, 50, 50]
