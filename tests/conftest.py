"""What tests of several folders share."""

from __future__ import annotations

import fcntl
import gc
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings

from bot.settings import Settings
from bot.state.database import open_state
from bot.understanding.meaning import MessageReader
from bot.understanding.model import MessageEncoder, UnderstandingModel
from index.ingestion.builder import build
from index.models.base import Embedder
from index.models.bundled.embedder import BundledEmbedder, load_bundled
from tests import migrated
from tests.llama.server import started
from tests.postgres import server
from tests.postgres.reused import ReusedDatabase


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes by their number: those of an archive tell the time, and every worker has its own."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) else None


settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.hookimpl(trylast=True)  # after pytest has set its own hook
def pytest_configure() -> None:
    """An asynchronous generator that two threads end at once is no failure: clients of chat models
    leave the streams they stop reading to the garbage collector, on any thread."""
    told = sys.unraisablehook

    def tell(unraisable: sys.UnraisableHookArgs) -> None:
        if str(unraisable.exc_value) != "async generator already executing":
            told(unraisable)

    sys.unraisablehook = tell


ROOT = Path(__file__).resolve().parent.parent
LONG = "talk errors_in_browser quality whole_chain features delivery_faults sealed crash".split()  # noqa: SIM905
WAITING = ("e2e", "goldens", "sealed", "store", "speech", "web", "programs", "watch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for processes between files that compute, so that the processors always have
    work; the long ones first, so that no worker is left alone with one at the end."""

    def length(path: Path) -> int:
        name = path.stem.removeprefix("test_")
        if name in LONG:
            return LONG.index(name)
        return len(LONG) + (path.parent.name not in WAITING and path.parent != ROOT / "tests")

    files = sorted(dict.fromkeys(item.path for item in items), key=length)
    places: dict[Path, float] = {}
    for waits in (True, False):
        queue = [path for path in files if (path.parent.name in WAITING) is waits]
        places |= {path: at / len(queue) for at, path in enumerate(queue)}
    items.sort(key=lambda item: places[item.path])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What was imported by then stays: the garbage collector need not look at it ever again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def interrupts() -> None:
    """Ctrl-C is heard, here and in what tests start, in the background too (`make test &`)."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Where this machine keeps the bundled models."""
    return Settings(_env_file=None).cache_dir


@pytest.fixture(scope="session", autouse=True)
def migrated_databases() -> None:
    """New databases of SQLite have their tables at once, as the migrations make them."""
    migrated.use(migrated.migrate)
    migrated.share_statements()


@pytest.fixture
def real_migrations() -> Iterator[None]:
    """For tests of the migrations: an empty database is migrated as a person's is."""
    migrated.use(migrated.migrate_for_real)
    yield
    migrated.use(migrated.migrate)


@pytest.fixture(scope="session")
def bundled(models_dir: Path) -> BundledEmbedder:
    return load_bundled(models_dir)


@pytest.fixture(scope="session")
def message_reader(bundled: BundledEmbedder) -> MessageReader:
    """What tells the meaning of messages."""
    return MessageReader(UnderstandingModel(MessageEncoder(bundled)))


@pytest.fixture(scope="session")
def sample_index(
    bundled: Embedder, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Path:
    """A data directory with the index of corpus/, built once for all workers; not to be changed."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "sample-index"
    with (shared / "sample-index.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            build([ROOT / "corpus"], shared / "sample-index.new", bundled)
            (shared / "sample-index.new").rename(folder)
    return folder


@pytest.fixture(scope="session")
def llama_url() -> Iterator[str]:
    yield from started()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[server.Server]:
    yield from server.started()


@pytest.fixture(scope="session")
def vector_server(request: pytest.FixtureRequest) -> server.Server:
    """The same server, if it has pgvector."""
    return server.started_with_vectors(request)


@pytest.fixture(scope="session")
def migrated_template(postgres_server: server.Server) -> Iterator[str]:
    """The name of a PostgreSQL database that has the tables of this version, to be copied."""
    with postgres_server.database() as url:
        open_state(url).close()
        yield url.rpartition("/")[2]


@pytest.fixture(scope="session")
def reused(postgres_server: server.Server, migrated_template: str) -> Iterator[ReusedDatabase]:
    with closing(ReusedDatabase(postgres_server, migrated_template)) as reused:
        yield reused


@pytest.fixture
def postgres(reused: ReusedDatabase) -> Iterator[str]:
    """The address of a database that has them, without people."""
    with reused.lend() as url:
        yield url
