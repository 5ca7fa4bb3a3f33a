"""What tests of several folders share."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.answering import injection
from bot.settings import Settings
from tests.llama.server import started
from tests.postgres import server


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes by their number: those of an archive tell the time, and every worker has its own."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) else None


settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.hookimpl(trylast=True)  # after pytest has set its own hook
def pytest_configure() -> None:
    """An asynchronous generator that two threads end at once is no failure.

    Clients of chat models leave the streams they stop reading to the garbage collector. It may run
    on another thread than the loop that is closing the same stream already, and says so of whatever
    test that thread is in.
    """
    told = sys.unraisablehook

    def tell(unraisable: sys.UnraisableHookArgs) -> None:
        if str(unraisable.exc_value) != "async generator already executing":
            told(unraisable)

    sys.unraisablehook = tell


LONG = ("llama", "goldens")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take minutes first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@pytest.fixture(scope="session", autouse=True)
def interrupts() -> None:
    """Ctrl-C is heard, here and in what tests start, in the background too (`make test &`)."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def order_model() -> Path:
    """What tells orders to machines loads its model from the machine's cache, as `selon` does."""
    cache_dir = Settings(_env_file=None).cache_dir
    injection.use_cache_dir(cache_dir)
    return cache_dir


@pytest.fixture(autouse=True)
def own_order_model(order_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that chooses another folder chooses it for itself."""
    monkeypatch.setattr(injection, "_cache_dir", order_model)


@pytest.fixture(scope="session")
def llama_url() -> Iterator[str]:
    """The base URL of a real chat model behind a real server, one for all tests."""
    yield from started()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[server.Server]:
    """A PostgreSQL server, one for all tests."""
    yield from server.started()


@pytest.fixture(scope="session")
def vector_server(request: pytest.FixtureRequest) -> server.Server:
    """The same server, if it has pgvector."""
    return server.started_with_vectors(request)
