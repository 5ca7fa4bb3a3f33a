"""The local site, which may be reached and is asked without pause."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from bot.settings import Settings, load_settings
from index.fetch.transport import FetchLimits
from tests.web.site import Site


@pytest.fixture(autouse=True)
def _fast(assembled: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = FetchLimits(interval=0.0, backoff=0.01)
    monkeypatch.setattr("bot.library.gatherer._LIMITS", fast)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def settings(site: Site, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SELON_FETCH_ALLOW", f"127.0.0.1:{site.port}")
    return load_settings()
