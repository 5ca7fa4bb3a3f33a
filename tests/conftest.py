"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.llama.server import started
from tests.postgres import server


@pytest.fixture(scope="session")
def llama_url() -> Iterator[str]:
    """The base URL of a real chat model behind a real server, one for all tests."""
    yield from started()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[server.Server]:
    """A PostgreSQL server, one for all tests."""
    yield from server.started()
