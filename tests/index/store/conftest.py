from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.index.samples import full, index, three


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one generation, for tests that only read it."""
    data_dir = tmp_path_factory.mktemp("built")
    index([*three(), full()], data_dir)
    return data_dir


@pytest.fixture
def data_dir(built: Path, tmp_path: Path) -> Path:
    """A copy of it, for tests that damage it."""
    return shutil.copytree(built, tmp_path / "data")
