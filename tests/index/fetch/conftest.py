"""The local site, and a clock."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from index.fetch import transport
from tests.web.site import Site


@pytest.fixture(scope="session")
def running_site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def site(running_site: Site) -> Site:
    """One site for all tests, without the pages of the test before."""
    running_site.pages.clear()
    running_site.asked.clear()
    return running_site


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds by which deadlines and intervals go: they pass where a test says so."""
    now = [0.0]
    monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now
