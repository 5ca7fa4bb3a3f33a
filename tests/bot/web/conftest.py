"""The web application over one article and a chain that answers from a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.settings import Settings
from bot.state.database import State
from bot.web.service import WebService
from tests.bot.messenger.conftest import state
from tests.bot.messenger.samples import FRESNEL, LENS, answered, cite
from tests.bot.web.library import ORIGIN, open_client
from tests.e2e.telegram import Shelf, StubChain

__all__ = ["ORIGIN", "state"]
QUESTION = "Qui a conçu la lentille ?"


@pytest.fixture
def chain() -> StubChain:
    return StubChain(**{QUESTION: answered(QUESTION, cite(1, LENS))})


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(FRESNEL)


@pytest.fixture
def service(chain: StubChain, shelf: Shelf, state: State, tmp_path: Path) -> WebService:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    return WebService(chain, shelf, state, settings)  # type: ignore[arg-type]


@pytest.fixture
def client(service: WebService) -> Iterator[TestClient]:
    """A browser that keeps cookies, on this machine."""
    with open_client(service) as client:
        yield client
