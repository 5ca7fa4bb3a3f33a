"""Stores of every kind, each empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store.base import IndexStore
from index.store.factory import open_store
from tests.index.store.postgres_stores import postgres_store


@pytest.fixture(params=["files", "postgres", "three servers"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IndexStore]:
    if request.param == "files":
        yield open_store(tmp_path)
    else:
        server = request.getfixturevalue("vector_server")
        servers = 1 if request.param == "postgres" else 3
        with postgres_store(server, tmp_path, servers) as found:
            yield found
