"""What the end-to-end tests share, and the tests of the messenger with them."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from bot.messenger.menus import Menus
from bot.messenger.running import application
from bot.operations.logs import formatter
from index.ingestion.builder import build
from tests.bot.messenger.samples import FRESNEL
from tests.botapi.server import BotServer
from tests.e2e.chat_models import Library, library
from tests.e2e.real_index import CANAL, Held
from tests.e2e.telegram import Shelf, StubChain, fresnel_chain, running
from tests.fakes import FakeEmbedder
from tests.postgres.server import free_port

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
    async with BotServer() as server:
        yield server


@pytest.fixture
def chain() -> StubChain:
    return fresnel_chain()


@pytest.fixture
def articles() -> Shelf:
    return Shelf(FRESNEL)


@pytest_asyncio.fixture
async def bot(server: BotServer, chain: StubChain, articles: Shelf) -> AsyncIterator[None]:
    async with running(server, chain, articles):
        yield


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Two articles in an index of the bundled model, for chat models to write about."""
    return library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with one article, on a canal."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "canal.txt").write_text(CANAL, "utf-8")
    return folder


@pytest.fixture
def data_dir(corpus: Path, tmp_path: Path) -> Path:
    """The data directory of the bot, with the index of `corpus`."""
    build([corpus], tmp_path / "data", FakeEmbedder())
    return tmp_path / "data"


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.let.set()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that is logged, at every level, as JSON."""
    caplog.handler.setFormatter(formatter("json"))
    caplog.set_level(logging.INFO)
    return caplog


@pytest.fixture
def port() -> int:
    return free_port()
