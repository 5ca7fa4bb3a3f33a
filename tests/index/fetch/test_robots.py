"""What a site asks of its visitors: robots.txt and pace."""

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


# robots.txt


def test_what_robots_txt_forbids_is_not_asked_for(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /prive\nAllow: /prive/ouvert")
    site.pages |= {"/prive/a": Answer("a"), "/prive/ouvert": Answer("b")}
    assert refused(site, "/prive/a").code == "address-robots"
    assert site.paths == []
    assert got(site, "/prive/ouvert").body == b"b"


def test_rules_for_selon_by_name_count_before_those_for_all(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nAllow: /\n\nUser-agent: selon\nDisallow: /")
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


def test_a_long_robots_txt_is_read_as_far_as_the_standard_asks(site: Site) -> None:
    rules = "User-agent: *\nDisallow: /a\n"
    site.pages["/robots.txt"] = robots(rules + "# rien\n" * 200_000)
    assert refused(site).code == "address-robots"


def test_rules_hold_where_a_redirect_leads(site: Site) -> None:
    site.pages |= {
        "/robots.txt": robots("User-agent: *\nDisallow: /b"),
        "/a": Answer(status=302, headers={"Location": "/b"}),
    }
    assert refused(site).code == "address-robots"
    assert site.paths == ["/a"]


# Pace


def test_requests_to_one_host_are_kept_apart(site: Site) -> None:
    site.pages |= {"/a": Answer("a"), "/b": Answer("b")}
    waited: list[float] = []
    guard = Guard([f"127.0.0.1:{site.port}"])
    with Fetcher("1", guard=guard, limits=FetchLimits(), sleep=waited.append) as fetching:
        for path in ("/a", "/b"):
            fetching.get(Address.parse(site.url + path))
    assert [round(each) for each in waited] == [1, 1]


def test_waiting_takes_nothing_from_the_time_of_an_address(site: Site) -> None:
    site.pages |= {"/robots.txt": robots("User-agent: *\nCrawl-delay: 0.6"), "/a": Answer("a")}
    assert got(site, total=0.5).body == b"a"
