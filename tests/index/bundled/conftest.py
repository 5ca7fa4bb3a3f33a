from __future__ import annotations

from pathlib import Path

import pytest

from index.bundled import load_bundled, q4file
from index.embedding import Embedder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the bundled model is prepared once for all tests; never to be altered."""
    folder = tmp_path_factory.mktemp("cache")
    load_bundled(folder)
    return folder


@pytest.fixture(scope="session")
def embedder(cache: Path) -> Embedder:
    return load_bundled(cache)


@pytest.fixture(scope="session")
def source() -> q4file.Q4File:
    return q4file.read_source()
