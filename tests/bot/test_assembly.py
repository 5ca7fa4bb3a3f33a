from __future__ import annotations

from pathlib import Path

import pytest

from bot import assembly
from bot.settings import Settings
from index.errors import NoIndex


def test_nothing_indexed_is_said_before_the_model_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object, **__: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(assembly, "load_embedder", load)
    with pytest.raises(NoIndex, match="selon index"):
        assembly.open_index(Settings(data_dir=tmp_path))
