"""One build of the index of a data directory."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime

from index.errors import DamagedIndex, NoIndex
from index.models.base import Embedder
from index.store.disk import translate_disk_errors
from index.store.files.layout import Layout, new_id
from index.store.files.opening import open_newer, open_previous
from index.store.files.previous import FilePrevious
from index.store.files.saved_vectors import SavedVectors, forget_saved_vectors
from index.store.files.segment_writer import merged_articles
from index.store.files.writer import FileAddition, FileWriter
from index.store.generation import is_same_model

logger = logging.getLogger(__name__)


class FileBuild:
    """See `index.store.base.Build`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._replaced_id = layout.replaced_id()
        self._new: str | None = None
        self.previous: FilePrevious | None = None
        try:
            with suppress(NoIndex):
                self.previous = open_previous(layout)
        except DamagedIndex as error:
            logger.warning("%s; nothing of it is reused", error)

    @contextmanager
    def generation(self, embedder: Embedder, *, alike: bool) -> Iterator[FileWriter]:
        layout = self._layout
        generation = layout.next_id()
        folder = layout.temporary_folder(generation)
        beside = layout.temporary_folder(new_id(datetime.now(UTC), generation))
        with ExitStack() as stack:
            for path in (folder, beside):
                stack.callback(shutil.rmtree, path, ignore_errors=True)
            before = merged_articles(self.previous, beside) if self.previous else None
            lenders = [
                lender
                for lender in (self.previous, self._open_newer(stack))
                if lender and is_same_model(lender.facts, embedder)
            ]
            saved = stack.enter_context(closing(SavedVectors(layout, embedder)))
            writer = FileWriter(layout, folder, generation, saved, lenders, before, alike=alike)
            with closing(writer):
                yield writer
                self._new = writer.generation

    def _open_newer(self, stack: ExitStack) -> FilePrevious | None:
        """The generation that a rollback put aside, if any."""
        try:
            newer = open_newer(self._layout)
        except DamagedIndex as error:
            logger.info("%s; nothing of it is reused", error)
            return None
        return stack.enter_context(closing(newer)) if newer else None

    @contextmanager
    def addition(self, embedder: Embedder) -> Iterator[FileAddition | None]:
        if self.previous is None or not self.previous.is_growable:
            yield None
            return
        with (
            closing(SavedVectors(self._layout, embedder)) as saved,
            FileAddition.open(self._layout, self.previous, saved) as addition,
        ):
            yield addition
            self._new = addition.generation

    def clean(self) -> None:
        """Remove generations older than the previous one, unless they are being read."""
        self.close()
        with translate_disk_errors(self._layout.root):
            if self._new is not None:
                forget_saved_vectors(self._layout)
                self._layout.clean(self._new, self._replaced_id)
            elif self._replaced_id is not None:
                self._layout.clean(self._replaced_id, self._layout.before(self._replaced_id))

    def close(self) -> None:
        if self.previous is not None:
            self.previous.close()
