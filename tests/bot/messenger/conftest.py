from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What people leave behind in a test stays in its folder."""
    monkeypatch.setenv("SELON_DATA_DIR", str(tmp_path / "data"))
