from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot import assembly
from bot.settings import Settings
from index.errors import NoIndex
from index.models import factory

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_indexed_is_said_before_the_model_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object, **__: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(factory, "load_embedder", load)
    with pytest.raises(NoIndex, match="no-index"):
        assembly.open_index(Settings(data_dir=tmp_path))


def test_without_a_chat_model_nothing_of_one_is_loaded() -> None:
    code = (
        "import sys, bot.assembly\n"
        "from bot.settings import Settings\n"
        "assert bot.assembly.open_writers(Settings(_env_file=None)) is None\n"
        "heavy = ('sqlalchemy', 'langchain', 'openai', 'onnx', 'bot.verification', 'bot.state')\n"
        "loaded = [name for name in heavy if name in sys.modules]\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
