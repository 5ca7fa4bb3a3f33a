from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import StoreError
from index.store.base import IndexStore
from index.store.builder_status import BuilderStatus
from index.store.factory import open_store


def test_the_last_status_is_read_back(store: IndexStore) -> None:
    assert store.builder_status() is None
    store.note_builder(BuilderStatus(1_000.5))
    last = BuilderStatus(2_000.25, 1_990.0, 12.5, "switched", 3)
    store.note_builder(last)
    assert store.builder_status() == last


@pytest.mark.parametrize("written", ["", "[1]", '{"seen": 1, "unknown": 2}', "\x00"])
def test_what_cannot_be_read_is_an_error(tmp_path: Path, written: str) -> None:
    (tmp_path / "builder.json").write_text(written, encoding="utf-8")
    with pytest.raises(StoreError, match="store-unreadable"):
        open_store(tmp_path).builder_status()
