from __future__ import annotations

from pathlib import Path

import pytest

from index.models.base import Embedder
from index.models.bundled import weights
from index.models.bundled.embedder import load_bundled


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
def source() -> weights.Q4File:
    return weights.read_weights()
