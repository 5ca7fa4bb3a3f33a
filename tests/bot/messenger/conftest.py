"""The messenger's tests stand on what the end-to-end tests do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.messenger.journal import Journal
from bot.state.database import State, open_state
from tests.e2e.conftest import own_data_dir, quick_start, server

__all__ = ["own_data_dir", "quick_start", "server"]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(open_state(f"sqlite:///{tmp_path}/state.sqlite")) as state:
        yield state


@pytest.fixture
def journal(state: State) -> Iterator[Journal]:
    with closing(Journal(state, bot_id=1)) as journal:
        yield journal
