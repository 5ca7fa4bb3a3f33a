"""The local site, settings of an empty folder, and a model that takes no time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bot.settings import Settings, load_settings
from index.fetch.transport import FetchLimits
from tests.fakes import FakeEmbedder
from tests.web.site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: FakeEmbedder) -> Path:
    """An empty current folder, without settings; sites are asked without pause."""
    for name in [name for name in os.environ if name.startswith("SELON_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    module = ModuleType("bot.assembly")
    module.open_embedder = lambda settings, progress=None: embedder  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.assembly", module)
    fast = FetchLimits(interval=0.0, backoff=0.01, total=5.0, silence=2.0)
    monkeypatch.setattr("bot.library.paths._LIMITS", fast)
    return tmp_path


@pytest.fixture
def settings(site: Site, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that let the site be reached."""
    monkeypatch.setenv("SELON_FETCH_ALLOW", f"127.0.0.1:{site.port}")
    return load_settings()
