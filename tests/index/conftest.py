"""What tests of several folders of the index share."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from index.formats.conversion import read_source
from index.ingestion import sources
from index.store.base import IndexStore
from tests.index.store.postgres_stores import KINDS, empty_store


@pytest.fixture(autouse=True)
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: what a power cut leaves is not tried."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process."""
    monkeypatch.setattr(sources, "read_apart", read_source)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IndexStore]:
    """Stores of every kind, each empty."""
    with empty_store(request, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def processes(request: pytest.FixtureRequest) -> ForkServerContext:
    """Real processes, forked from one that has loaded the test's module once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([request.module.__name__])
    return context
