"""Fetchers for the tests: fast, and allowed to reach the local site only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from index.errors import FetchError
from index.fetch.address import Address
from index.fetch.fetcher import FetchedPage, Fetcher
from index.fetch.guard import Guard
from index.fetch.transport import FetchLimits
from tests.web.site import Site

FAST = FetchLimits(
    size=200_000, total=60.0, silence=30.0, attempts=3, backoff=0.01, interval=0.0, patience=1.0
)


def fetcher(site: Site, *more: str, **limits: float) -> Fetcher:
    """One that may reach the site, and the hosts named besides, all of which are 127.0.0.1."""
    return fetcher_with(Guard([f"127.0.0.1:{site.port}", *more], resolver=at_home), **limits)


def fetcher_with(guard: Guard, **limits: float) -> Fetcher:
    return Fetcher("9.9", guard=guard, limits=replace(FAST, **limits))


def at_home(host: str, port: int) -> Sequence[str]:
    return [host if host[:1].isdigit() or ":" in host else "127.0.0.1"]


def got(site: Site, path: str = "/a", **limits: float) -> FetchedPage:
    with fetcher(site, **limits) as fetching:
        page = fetching.get(Address.parse(site.url + path))
    assert isinstance(page, FetchedPage)
    return page


def refused(site: Site, path: str = "/a", **limits: float) -> FetchError:
    return refusal(fetcher(site, **limits), site.url + path)


def refusal(fetcher: Fetcher, url: str) -> FetchError:
    """Why an address is not fetched: one line that names it."""
    with fetcher as fetching, pytest.raises(FetchError) as caught:
        fetching.get(Address.parse(url))
    assert caught.value.subject == url
    assert "\n" not in str(caught.value)
    return caught.value
