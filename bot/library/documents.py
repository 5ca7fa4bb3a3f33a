"""Documents that people send: inspecting, storing, and indexing for all or for one conversation."""

from __future__ import annotations

import logging
import re
import shutil
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from bot.answering.chain import QuietTime
from bot.assembly import chain_over
from bot.followups.conversation import FollowUpChain
from bot.library.articles import Library
from bot.library.build_process import BuildProcess, IndexBuilder
from bot.library.builder_log import BuilderLog
from bot.library.format_options import load_format_options
from bot.library.gatherer import open_gatherer
from bot.library.paths import SENT_FOLDER, fetched_dir, standing_paths
from bot.rights import keep_apart
from bot.settings import Settings, index_store
from bot.state.audit import ActLog
from index.article import Article
from index.errors import BuildLocked, BuildStopped, IndexingError, Problem, ReadError, reason_of
from index.fetch.gatherer import FailedAddress, GatheredAddress
from index.formats.process import read_apart
from index.formats.signature import HEAD_BYTES, unreadable_kind
from index.formats.sources import find_sources
from index.formats.table import FORMAT_OF_SUFFIX, suffix_for
from index.ingestion.builder import BuildObserver, BuildReport
from index.models.base import Embedder
from index.models.factory import load_embedder
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.disk import translate_disk_errors
from index.store.factory import Location, open_store
from index.tasks import UNBOUNDED, ProcessBounds

logger = logging.getLogger(__name__)

MAX_NAME_CHARACTERS = 60
CONVERSATION_BOUNDS = ProcessBounds(seconds=600.0, memory=2**30)  # to build a conversation's index
_READING_CPU_SECONDS = 120.0  # per file
_TITLES = 3


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """A stored document, with the titles of its first articles and their number."""

    path: Path
    name: str
    titles: tuple[str, ...]
    articles: int


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """A document that is indexed, and why an article in it is not: its date is in the future."""

    path: Path
    embargo: Problem | None


def take_file(content: bytes | Path, name: str, folder: Path) -> ReceivedDocument:
    """Store a file from its bytes or path, with the suffix of its detected format.

    Raises ReadError, in one line without the folder, if it has no readable article; StoreError.
    """
    display_name = readable_name(name)
    if isinstance(content, bytes):
        head = content[:HEAD_BYTES]
    else:
        try:
            with content.open("rb") as file:
                head = file.read(HEAD_BYTES)
        except OSError as error:
            reason = reason_of(error)
            logger.error("A file of the Bot API server cannot be read: %s", reason)
            raise ReadError("document-out-of-reach", subject=display_name, reason=reason) from error
    suffix = suffix_for(head, name)
    if suffix is None or not FORMAT_OF_SUFFIX[suffix].sendable:
        raise ReadError(unreadable_kind(head) or Problem("document-unknown"), subject=display_name)
    path = folder / f"{PurePath(display_name).stem}{suffix}"
    with translate_disk_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            shutil.copyfile(content, path)
    return _inspect(path, display_name)


def take_address(url: str, settings: Settings, folder: Path) -> ReceivedDocument:
    """Fetch an article into the folder. Raises IndexingError."""
    gatherer = open_gatherer(settings, limit=1, root=folder)
    try:
        for event in gatherer.gather(url):
            if isinstance(event, FailedAddress):
                raise event.error
            if isinstance(event, GatheredAddress) and event.file is not None:
                return _inspect(event.file, url)
    finally:
        gatherer.fetcher.close()
    raise ReadError("document-no-article", subject=url)


def readable_name(name: str) -> str:
    """Clean a file's name for file systems and people."""
    plain = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    safe = re.sub(r"[^\w.() -]+", "-", plain).strip(" .-")
    stem, suffix = PurePath(safe).stem or "document", PurePath(safe).suffix[:10]
    return f"{stem[:MAX_NAME_CHARACTERS].strip(' .-') or 'document'}{suffix}"


def _inspect(path: Path, display_name: str) -> ReceivedDocument:
    titles: list[str] = []
    articles = 0
    problem = Problem("document-no-article")
    sources, _ = find_sources([path])
    for source in sources:
        try:
            for item in read_apart(source, seconds=_READING_CPU_SECONDS):
                if isinstance(item, Article):
                    titles += [item.title][: _TITLES - len(titles)]
                    articles += 1
                elif problem.code == "document-no-article":
                    problem = item.problem
        except ReadError as error:
            raise ReadError(error.problem, subject=display_name) from error
    if not articles:
        raise ReadError(problem, subject=display_name)
    return ReceivedDocument(path, display_name, tuple(titles), articles)


_Stop = Callable[[], bool]
_MAX_OPEN_INDEXES = 16  # of conversations
_LOCK_WAITS_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)  # while another process builds
_STOP_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ConversationIndex:
    """The index of one conversation's documents."""

    chain: FollowUpChain
    library: Library


class Documents:
    """Stores and indexes documents; thread-safe. Raises IndexingError.

    `quiet_time` is entered while a conversation's documents answer, as in `RetrievalQA`.
    """

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        builder: IndexBuilder | None = None,
        quiet_time: QuietTime = nullcontext,
    ) -> None:
        self._settings = settings
        self._embedder = embedder
        self._quiet_time = quiet_time
        threads, name = settings.threads or None, settings.embedding_model
        load = partial(load_embedder, name, settings.cache_dir, threads=threads, lazy=True)
        self._builder = builder or BuildProcess(load)
        self._build_lock = threading.Lock()
        self._open_lock = threading.Lock()
        self._open: OrderedDict[str, ConversationIndex] = OrderedDict()

    @property
    def root(self) -> Path:
        return self._settings.data_dir

    def take(self, number: int, content: bytes | Path, name: str) -> ReceivedDocument:
        """Store a file in the inbox under a unique number."""
        with self._empty_inbox_on_error(number) as folder:
            return take_file(content, name, folder)

    def fetch(self, number: int, url: str) -> ReceivedDocument:
        """Like `take`, but from a URL."""
        with self._empty_inbox_on_error(number) as folder:
            return take_address(url, self._settings, folder)

    def add_to_corpus(self, number: int, path: Path) -> FiledDocument:
        """Move a document into the corpus, and rebuild the index."""
        folder = fetched_dir(self._settings) / SENT_FOLDER
        with self._move(number, path, folder) as target:
            store, paths = index_store(self._settings), standing_paths(self._settings)
            build = partial(self._build_once, store, paths, None)
            report = self._build(lambda: BuilderLog(store).run(build, lambda: False))
        return FiledDocument(target, _embargo(report, target))

    def keep_for(self, conversation: str, number: int, path: Path) -> FiledDocument:
        """Move a document into a conversation's folder, and build its index."""
        files = self._folder(conversation) / "files"
        with self._move(number, path, files) as target:
            location, bounds = self._folder(conversation), CONVERSATION_BOUNDS
            try:
                report = self._build(lambda: self._build_once(location, [files], bounds=bounds))
            except IndexingError as error:
                if (embargo := _find_embargo(error.problem)) is None:
                    raise
                raise IndexingError(embargo, subject=path.name) from error
        with self._open_lock:
            self._open.pop(conversation, None)
        return FiledDocument(target, _embargo(report, target))

    def rebuild(self, observer: BuildObserver, stop: _Stop, log: ActLog) -> BuildReport:
        """Rebuild the index from its paths, after any build of this process; a new generation is an
        act. Raises IndexingError, also if another process builds."""
        while not self._build_lock.acquire(timeout=_STOP_POLL_SECONDS):
            if stop():
                raise BuildStopped("build-stopped")
        try:
            observer.step("lock")
            paths, store = standing_paths(self._settings), index_store(self._settings)
            build = partial(self._build_once, store, paths, observer)
            report = BuilderLog(store).run(build, stop)
        finally:
            self._build_lock.release()
        if report.switched:
            log.note("build", [report.generation])
        return report

    @property
    def busy(self) -> bool:
        return self._build_lock.locked()

    def own(self, conversation: str) -> ConversationIndex | None:
        """Open the index of a conversation's own documents, if it has any."""
        folder = self._folder(conversation)
        with self._open_lock:
            if open_store(folder).current_id() is None:  # or erased by another process
                self._open.pop(conversation, None)
                return None
            if conversation not in self._open:
                index = LiveIndex(folder, self._embedder, ConfidenceModel.load())
                chain = chain_over(index, self._settings, quiet_time=self._quiet_time)
                self._open[conversation] = ConversationIndex(chain, Library(index))
                while len(self._open) > _MAX_OPEN_INDEXES:
                    self._open.popitem(last=False)
            self._open.move_to_end(conversation)
            return self._open[conversation]

    def forget(self, conversation: str) -> None:
        """Delete a conversation's documents and their index."""
        with self._open_lock:
            self._open.pop(conversation, None)
        _delete(self._folder(conversation))

    def drop(self, number: int) -> None:
        """Delete a document from the inbox."""
        _delete(self._inbox(number))

    def find_waiting(self) -> frozenset[int]:
        """List the numbers of the documents in the inbox."""
        folders = self._inbox(0).parent.glob("*")
        return frozenset(int(folder.name) for folder in folders if folder.name.isdecimal())

    @contextmanager
    def _empty_inbox_on_error(self, number: int) -> Iterator[Path]:
        folder = self._inbox(number)
        try:
            yield folder
        except BaseException:
            _delete(folder)
            raise

    @contextmanager
    def _move(self, number: int, path: Path, folder: Path) -> Iterator[Path]:
        """Move a document to a folder and yield its new path; move it back if the block fails."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{path.stem}-{number}{path.suffix}"
        if path.exists() or not target.exists():  # else moved by a process that died
            shutil.move(path, target)
        try:
            yield target
        except BaseException:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # erased meanwhile
                shutil.move(target, path)
            raise
        _delete(self._inbox(number))

    def _build(self, build: Callable[[], BuildReport]) -> BuildReport:
        """Build, and wait for another process that builds."""
        with self._build_lock:
            for wait in _LOCK_WAITS_SECONDS:
                try:
                    return build()
                except BuildLocked:
                    time.sleep(wait)
            return build()

    def _build_once(
        self,
        location: Location,
        paths: list[Path],
        observer: BuildObserver | None = None,
        stop: _Stop | None = None,
        bounds: ProcessBounds = UNBOUNDED,
    ) -> BuildReport:
        options = load_format_options(self._settings.data_dir)
        options = keep_apart(self._settings, options, paths)
        return self._builder(
            paths, location, options=options, observer=observer, stop=stop, bounds=bounds
        )

    def _inbox(self, number: int) -> Path:
        return self._settings.data_dir / "inbox" / str(number)

    def _folder(self, conversation: str) -> Path:
        return self._settings.data_dir / "conversations" / conversation


def _embargo(report: BuildReport, path: Path) -> Problem | None:
    """The embargo for which a build left out an article of a file."""
    own = (part.problem for part in report.skipped if path.name in part.label)
    return next(filter(None, map(_find_embargo, own)), None)


def _find_embargo(problem: Problem) -> Problem | None:
    """The embargo that a problem is about, perhaps in one of its parameters."""
    if problem.code == "article-embargoed":
        return problem
    parts = (value for value in problem.parameters.values() if isinstance(value, Problem))
    return next(filter(None, map(_find_embargo, parts)), None)


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
