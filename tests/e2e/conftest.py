"""What the end-to-end tests share, and the tests of the messenger with them."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from bot.messenger.menus import Menus
from bot.messenger.running import application
from tests.botapi.server import BotServer

_ssl_context = cache(ssl.create_default_context)


async def _skip(*_: object) -> None:
    """Introduce nobody."""


@pytest.fixture(autouse=True)
def quick_start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot starts without setting its menus and its profile, which most requests of a start do,
    and without reading the certificates anew; not so where a test uses `introduced`."""
    monkeypatch.setattr(ssl, "create_default_context", _ssl_context)
    if "introduced" not in request.fixturenames:
        monkeypatch.setattr(Menus, "announce", _skip)
        monkeypatch.setattr(application, "set_profile", _skip)


@pytest.fixture
def introduced() -> None:
    """The bot sets its menus and its profile at start."""


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What people leave behind in a test stays in its folder."""
    monkeypatch.setenv("SELON_DATA_DIR", str(tmp_path / "data"))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    """The Bot API, to which nobody has written yet."""
    async with BotServer() as server:
        yield server
