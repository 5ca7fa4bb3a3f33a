from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.state import State, open_state


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state.sqlite'}"


@pytest.fixture
def state(url: str) -> Iterator[State]:
    opened = open_state(url)
    yield opened
    opened.close()
