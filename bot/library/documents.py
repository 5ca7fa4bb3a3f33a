"""Documents that people send: looked at, kept, and indexed for all or for one conversation."""

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
from typing import TypeVar

from bot.answering.chain import Undisturbed
from bot.assembly import chain_over
from bot.followups.conversation import FollowUpChain
from bot.library.articles import LiveLibrary
from bot.library.build_process import BuildProcess, IndexBuilder
from bot.library.format_options import load_format_options
from bot.library.paths import fetched_dir, open_gatherer, standing_paths
from bot.settings import Settings, index_store
from index.apart import UNBOUNDED, ProcessBounds
from index.article import Article
from index.build.builder import BuildObserver, BuildReport
from index.errors import BuildLocked, BuildStopped, Problem, ReadError, reason_of
from index.fetch.gatherer import FailedAddress, GatheredAddress
from index.formats.process import read_apart
from index.formats.signature import HEAD, unreadable_kind
from index.formats.sources import find_sources
from index.formats.table import FORMAT_OF_SUFFIX, suffix_for
from index.models.base import Embedder
from index.models.factory import load_embedder
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.factory import Location, open_store

logger = logging.getLogger(__name__)

LONGEST_NAME_CHARACTERS = 60

_READING_SECONDS = 120.0
"""Of the processor, for all articles of a file that somebody sends."""

CONVERSATION_BOUNDS = ProcessBounds(seconds=600.0, memory=2**30)
"""What building the index of one conversation's documents may take."""

_TITLES = 3


@dataclass(frozen=True, slots=True)
class Received:
    """A document in its folder: the titles of its first articles, and how many it has."""

    path: Path
    name: str
    titles: tuple[str, ...]
    articles: int


def take_file(sent: bytes | Path, name: str, folder: Path) -> Received:
    """Keep a file by what it is, not by what it is called: its bytes, or a copy of where it lies.

    Raises ReadError, in one line without the folder, when no article can be read from it.
    """
    head = sent[:HEAD] if isinstance(sent, bytes) else _head(sent, name)
    suffix = suffix_for(head, name)
    shown = readable_name(name)
    if suffix is None or not FORMAT_OF_SUFFIX[suffix].sendable:
        raise ReadError(unreadable_kind(head) or Problem("document-unknown"), shown=shown)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{PurePath(shown).stem}{suffix}"
    if isinstance(sent, bytes):
        path.write_bytes(sent)
    else:
        shutil.copyfile(sent, path)
    return _looked_at(folder, path, shown)


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        logger.error("A file of the Bot API server cannot be read: %s", reason_of(error))
        raise ReadError(
            "document-out-of-reach", shown=readable_name(name), reason=reason_of(error)
        ) from error


def take_address(url: str, settings: Settings, folder: Path) -> Received:
    """Fetch an article into the folder. Raises IndexingError as fetching and reading do."""
    gatherer = open_gatherer(settings, limit=1, root=folder)
    try:
        for event in gatherer.gather(url):
            if isinstance(event, FailedAddress):
                raise event.error
            if isinstance(event, GatheredAddress) and event.file is not None:
                return _looked_at(folder, event.file, url)
    finally:
        gatherer.fetcher.close()
    raise ReadError("document-no-article", shown=url)


def readable_name(name: str) -> str:
    """A file's name without what a file system or a reader could stumble over."""
    plain = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    safe = re.sub(r"[^\w.() -]+", "-", plain).strip(" .-")
    stem, suffix = PurePath(safe).stem or "document", PurePath(safe).suffix[:10]
    return f"{stem[:LONGEST_NAME_CHARACTERS].strip(' .-') or 'document'}{suffix}"


def _looked_at(folder: Path, path: Path, shown: str) -> Received:
    titles: list[str] = []
    articles = 0
    problem = Problem("document-no-article")
    sources, _ = find_sources([path])
    for source in sources:
        try:
            for found in read_apart(source, seconds=_READING_SECONDS):
                if isinstance(found, Article):
                    titles += [found.title][: _TITLES - len(titles)]
                    articles += 1
                elif problem.code == "document-no-article":
                    problem = found.problem
        except ReadError as error:
            raise ReadError(error.problem, shown=shown) from error
    if not articles:
        raise ReadError(problem, shown=shown)
    return Received(path, shown, tuple(titles), articles)


Result = TypeVar("Result")

_Stop = Callable[[], bool]

SENT_FOLDER = "sent"
"""The folder of the fetched corpus where documents sent by people are kept."""

OPEN_INDEXES = 16
"""Conversations whose own index is kept open."""

LOCK_WAITS_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds between the attempts to build while another process does."""

LOOK_SECONDS = 0.5
"""How often a build that waits for another looks whether it is still wanted."""


@dataclass(frozen=True, slots=True)
class ConversationIndex:
    """The index of one conversation's documents, to be asked and looked at."""

    chain: FollowUpChain
    library: LiveLibrary


class Documents:
    """Takes documents in; safe to call from several threads. Raises IndexingError.

    `undisturbed` holds while a conversation's documents are asked, as in `RetrievalQA`.
    """

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        builder: IndexBuilder | None = None,
        undisturbed: Undisturbed = nullcontext,
    ) -> None:
        self._settings = settings
        self._embedder = embedder
        self._undisturbed = undisturbed
        # Not `open_embedder`, whose module would cost the process a second.
        threads = settings.threads or None
        name, cache_dir = settings.embedding_model, settings.cache_dir
        opened = partial(load_embedder, name, cache_dir, threads=threads)
        self._builder = builder or BuildProcess(opened)
        self._building = threading.Lock()
        self._opening = threading.Lock()
        self._open: OrderedDict[str, ConversationIndex] = OrderedDict()

    @property
    def root(self) -> Path:
        return self._settings.data_dir

    def take(self, number: int, sent: bytes | Path, name: str) -> Received:
        """Keep a file until it is decided on; `number` tells it from all others."""
        folder = self._inbox(number)
        return self._cleaned(folder, lambda: take_file(sent, name, folder))

    def fetch(self, number: int, url: str) -> Received:
        """As `take`, from an address."""
        folder = self._inbox(number)
        return self._cleaned(folder, lambda: take_address(url, self._settings, folder))

    def add_to_corpus(self, number: int, path: Path) -> Path:
        """Move a document into the corpus and build the index; where it lies now."""
        folder = fetched_dir(self._settings) / SENT_FOLDER
        with self._moved(number, path, folder) as kept:
            self._build(index_store(self._settings), self._corpus())
        return kept

    def keep_for(self, conversation: str, number: int, path: Path) -> Path:
        """Move a document into a conversation's own folder and build its index."""
        files = self._folder(conversation) / "files"
        with self._moved(number, path, files) as kept:
            self._build(self._folder(conversation), [files], CONVERSATION_BOUNDS)
        with self._opening:
            self._open.pop(conversation, None)
        return kept

    def rebuild(self, observer: BuildObserver, stop: _Stop) -> BuildReport:
        """Build the index of the corpus again, from wherever it was built before.

        One of this process is waited for, one of another is not. Raises IndexingError.
        """
        while not self._building.acquire(timeout=LOOK_SECONDS):
            if stop():
                raise BuildStopped("build-stopped")
        try:
            observer.step("lock")
            return self._built(index_store(self._settings), self._corpus(), observer, stop)
        finally:
            self._building.release()

    @property
    def busy(self) -> bool:
        """Whether an index is being built here at this moment."""
        return self._building.locked()

    def own(self, conversation: str) -> ConversationIndex | None:
        """What a conversation alone is answered from; None where it has no documents."""
        folder = self._folder(conversation)
        with self._opening:
            if open_store(folder).current_id() is None:  # not yet, or another process erased it
                self._open.pop(conversation, None)
                return None
            if conversation not in self._open:
                self._open[conversation] = self._opened(folder)
                while len(self._open) > OPEN_INDEXES:
                    self._open.popitem(last=False)
            self._open.move_to_end(conversation)
            return self._open[conversation]

    def forget(self, conversation: str) -> None:
        """Remove a conversation's documents and their index."""
        with self._opening:
            self._open.pop(conversation, None)
        self._drop(self._folder(conversation))

    def drop(self, number: int) -> None:
        """Remove a document that was not decided on."""
        self._drop(self._inbox(number))

    def find_waiting(self) -> frozenset[int]:
        """The numbers of the documents that wait for a decision."""
        folders = self._inbox(0).parent.glob("*")
        return frozenset(int(each.name) for each in folders if each.name.isdecimal())

    def _opened(self, data_dir: Path) -> ConversationIndex:
        index = LiveIndex(data_dir, self._embedder, ConfidenceModel.load())
        chain = chain_over(index, self._settings, undisturbed=self._undisturbed)
        return ConversationIndex(chain, LiveLibrary(index))

    @contextmanager
    def _moved(self, number: int, path: Path, folder: Path) -> Iterator[Path]:
        """Where a document lies while the index is built with it, and from then on; one without
        which there would be an index does not stay there. A process that died may have moved it."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"{path.stem}-{number}{path.suffix}"
        if path.exists() or not kept.exists():
            shutil.move(path, kept)
        try:
            yield kept
        except BaseException:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # erased meanwhile
                shutil.move(kept, path)
            raise
        self._drop(self._inbox(number))

    def _build(
        self, location: Location, paths: list[Path], bounds: ProcessBounds = UNBOUNDED
    ) -> None:
        with self._building:
            for wait in (*LOCK_WAITS_SECONDS, None):
                try:
                    self._built(location, paths, bounds=bounds)
                    return
                except BuildLocked:
                    if wait is None:
                        raise
                    time.sleep(wait)

    def _built(
        self,
        location: Location,
        paths: list[Path],
        observer: BuildObserver | None = None,
        stop: _Stop | None = None,
        bounds: ProcessBounds = UNBOUNDED,
    ) -> BuildReport:
        """As the operator wants files to be read."""
        options = load_format_options(self._settings.data_dir)
        return self._builder(
            paths, location, options=options, observer=observer, stop=stop, bounds=bounds
        )

    def _corpus(self) -> list[Path]:
        return standing_paths(self._settings)

    def _cleaned(self, folder: Path, take: Callable[[], Result]) -> Result:
        try:
            return take()
        except BaseException:
            self._drop(folder)
            raise

    def _inbox(self, number: int) -> Path:
        return self._settings.data_dir / "inbox" / str(number)

    def _folder(self, conversation: str) -> Path:
        return self._settings.data_dir / "conversations" / conversation

    def _drop(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
