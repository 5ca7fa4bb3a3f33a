from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.features import FEATURES
from bot.state.database import State, open_state

for feature in FEATURES:
    feature.load_tables()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without people; every test here runs on each of them."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.sqlite'}"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
def state(url: str) -> Iterator[State]:
    opened = open_state(url)
    yield opened
    opened.close()


@pytest.fixture
def session(state: State) -> Iterator[Session]:
    """A session that the end of the test commits."""
    with state.session() as session:
        yield session
