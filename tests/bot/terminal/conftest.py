"""The command line in an empty folder, without settings, and an embedder that takes no time."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.fakes import FakeEmbedder

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, no setting, and nothing on standard input."""
    for name in [name for name in os.environ if name.startswith("SELON_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return tmp_path


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def assembled(monkeypatch: pytest.MonkeyPatch, embedder: FakeEmbedder) -> ModuleType:
    """What stands for `bot.assembly` and `bot.embedder`: only the embedder."""
    module = ModuleType("bot.assembly")
    module.open_embedder = lambda settings, **options: embedder  # type: ignore[attr-defined]
    for name in ("bot.assembly", "bot.embedder"):
        monkeypatch.setitem(sys.modules, name, module)
    return module
