"""Where documents are kept and indexed: the corpus of all, or one conversation."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.assembly import chain_over
from bot.followups.conversation import Conversing
from bot.library.articles import LiveLibrary
from bot.library.documents_documents_received import Received, take_address, take_file
from bot.library.format_options import remembered
from bot.library.paths import fetched_dir, standing_paths
from bot.settings import Settings
from index.build.builder import build
from index.build.builder_index_report import BuildReport, Observer
from index.errors import BuildLocked
from index.models.sentence_transformers import Embedder
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.files.generation import current_id

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Stop = Callable[[], bool]

SENT = "sent"
"""The folder of the fetched corpus where documents sent by people are kept."""

OPEN = 16
"""Conversations whose own index is kept open."""

LOCK_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds between the attempts to build while another process does."""


@dataclass(frozen=True, slots=True)
class Own:
    """The index of one conversation's documents, to be asked and looked at."""

    chain: Conversing
    library: LiveLibrary


class Documents:
    """Takes documents in; safe to call from several threads. Raises IndexingError."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self._settings = settings
        self._embedder = embedder
        self._building = threading.Lock()
        self._opening = threading.Lock()
        self._open: OrderedDict[str, Own | None] = OrderedDict()

    @property
    def root(self) -> Path:
        return self._settings.data_dir

    def take(self, number: int, data: bytes, name: str) -> Received:
        """Keep a file until it is decided on; `number` tells it from all others."""
        folder = self._inbox(number)
        return self._cleaned(folder, lambda: take_file(data, name, folder))

    def fetch(self, number: int, url: str) -> Received:
        """As `take`, from an address."""
        folder = self._inbox(number)
        return self._cleaned(folder, lambda: take_address(url, self._settings, folder))

    def add_to_corpus(self, number: int, path: Path) -> Path:
        """Move a document into the corpus and build the index; where it lies now."""
        folder = fetched_dir(self._settings) / SENT
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"{path.stem}-{number}{path.suffix}"
        shutil.move(path, kept)
        self._drop(self._inbox(number))
        self._build(self._settings.data_dir, self._corpus())
        return kept

    def keep_for(self, conversation: str, number: int, path: Path) -> Path:
        """Move a document into a conversation's own folder and build its index."""
        files = self._folder(conversation) / "files"
        files.mkdir(parents=True, exist_ok=True)
        kept = files / f"{path.stem}-{number}{path.suffix}"
        shutil.move(path, kept)
        self._drop(self._inbox(number))
        self._build(self._folder(conversation), [files])
        with self._opening:
            self._open.pop(conversation, None)
        return kept

    def rebuild(self, observer: Observer, stop: Stop) -> BuildReport:
        """Build the index of the corpus again, from wherever it was built before.

        A build by another process is not waited for. Raises IndexingError.
        """
        with self._building:
            return self._built(self._settings.data_dir, self._corpus(), observer, stop)

    @property
    def busy(self) -> bool:
        """Whether an index is being built here at this moment."""
        return self._building.locked()

    def own(self, conversation: str) -> Own | None:
        """What a conversation alone is answered from; None where it has no documents."""
        with self._opening:
            if conversation not in self._open:
                self._open[conversation] = self._opened(self._folder(conversation))
                while len(self._open) > OPEN:
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

    def _opened(self, data_dir: Path) -> Own | None:
        if current_id(data_dir) is None:
            return None
        index = LiveIndex(data_dir, self._embedder, ConfidenceModel.load())
        return Own(chain_over(index, self._settings), LiveLibrary(index))

    def _build(self, data_dir: Path, paths: list[Path]) -> None:
        with self._building:
            for wait in (*LOCK_WAITS, None):
                try:
                    self._built(data_dir, paths)
                    return
                except BuildLocked:
                    if wait is None:
                        raise
                    time.sleep(wait)

    def _built(
        self,
        data_dir: Path,
        paths: list[Path],
        observer: Observer | None = None,
        stop: Stop | None = None,
    ) -> BuildReport:
        """As the operator wants files to be read."""
        options = remembered(self._settings.data_dir)
        return build(paths, data_dir, self._embedder, options=options, observer=observer, stop=stop)

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
