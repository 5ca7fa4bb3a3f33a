"""The local site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
