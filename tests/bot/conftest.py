"""Browsers, which a worker starts once for all the pages that it tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome

from tests.bot.web.browser import open_browser


@pytest.fixture(autouse=True)
def no_power_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: what a power cut leaves is not tried."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def browser_without_script() -> Iterator[Chrome]:
    with open_browser(script=False) as browser:
        yield browser
