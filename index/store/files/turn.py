"""A builder's turn at the index of a data directory."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

from index.errors import DamagedIndex, NoIndex
from index.store.disk import translate_disk_errors
from index.store.draft import Draft
from index.store.files.addition import FileAddition
from index.store.files.draft import FileDraft
from index.store.files.layout import Layout, new_id
from index.store.files.manifest import Manifest
from index.store.files.merge import merged_articles
from index.store.files.opening import open_newer, open_reusable
from index.store.files.resume import ResumeFile, forget_resume
from index.store.files.reusable import ReusableFiles, note_written

logger = logging.getLogger(__name__)


class FileTurn:
    """See `index.store.base.BuildTurn`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._replaced_id = layout.replaced_id()
        self._new: str | None = None
        self.previous: ReusableFiles | None = None
        try:
            with suppress(NoIndex):
                self.previous = open_reusable(layout)
        except DamagedIndex as error:
            logger.warning("%s; nothing of it is reused", error)

    @contextmanager
    def put_aside(self) -> Iterator[ReusableFiles | None]:
        try:
            newer = open_newer(self._layout)
        except DamagedIndex as error:
            logger.info("%s; nothing of it is reused", error)
            newer = None
        try:
            yield newer
        finally:
            if newer is not None:
                newer.close()

    def checkpoint(self, model: str, dimension: int) -> closing[ResumeFile]:
        return closing(ResumeFile(self._layout, model, dimension))

    @contextmanager
    def draft(self, *, alike: bool) -> Iterator[FileDraft]:
        generation = self._layout.next_id()
        folder = self._layout.temporary_folder(generation)
        beside = self._layout.temporary_folder(new_id(datetime.now(UTC), generation))
        try:
            before = merged_articles(self.previous, beside) if self.previous else None
            with closing(FileDraft(folder, generation, before, alike=alike)) as draft:
                yield draft
        finally:
            for path in (folder, beside):
                shutil.rmtree(path, ignore_errors=True)

    @property
    def growable(self) -> ReusableFiles | None:
        return self.previous if self.previous and self.previous.is_growable else None

    @contextmanager
    def addition(self) -> Iterator[FileAddition]:
        assert self.previous is not None, "growable is checked first"
        with FileAddition.open(self._layout, self.previous) as addition:
            yield addition
            self._new = addition.generation or self._new

    def switch(self, draft: Draft) -> None:
        with translate_disk_errors(self._layout.generations):
            self._layout.adopt(self._layout.temporary_folder(draft.id))
        note_written(self._layout, Manifest.open(self._layout.folder(draft.id)))
        with translate_disk_errors(self._layout.current):
            self._layout.switch(draft.id)
        self._new = draft.id
        forget_resume(self._layout)

    def clean(self) -> None:
        self.close()
        with translate_disk_errors(self._layout.root):
            if self._new is not None:
                self._layout.clean(self._new, self._replaced_id)
            elif self._replaced_id is not None:
                self._layout.clean(self._replaced_id, self._layout.before(self._replaced_id))

    def close(self) -> None:
        if self.previous is not None:
            self.previous.close()
