"""What the end-to-end tests share, and the tests of the messenger with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi.server import BotServer


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What people leave behind in a test stays in its folder."""
    monkeypatch.setenv("SELON_DATA_DIR", str(tmp_path / "data"))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    """The Bot API, to which nobody has written yet."""
    async with BotServer() as server:
        yield server
