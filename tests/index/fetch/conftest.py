"""The local site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running
