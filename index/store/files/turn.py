"""One build at work in a data directory, from the lock to the last folder removed."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from index.errors import DamagedIndex, NoIndex
from index.store.build_turn import GenerationWriter
from index.store.disk import translate_disk_errors
from index.store.files.draft import FileDraft
from index.store.files.generation import ARTICLES_FILE, Generation, open_newer, open_whole
from index.store.files.layout import Layout, new_id
from index.store.files.lock import build_lock
from index.store.files.resume import ResumeFile, forget_resume

logger = logging.getLogger(__name__)


@contextmanager
def file_turn(data_dir: Path) -> Iterator[FileTurn]:
    """Alone in the data directory. Raises BuildLocked, StoreError."""
    layout = Layout(data_dir)
    with build_lock(layout.root):
        with translate_disk_errors(layout.generations):
            layout.generations.mkdir(exist_ok=True)
            layout.sweep()
        turn = FileTurn(layout)
        try:
            yield turn
        finally:
            turn.close()


class FileTurn:
    """See `index.store.build_turn.BuildTurn`."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._replaced = layout.replaced()
        self._new: str | None = None
        self.previous: Generation | None = None
        try:
            with suppress(NoIndex):
                self.previous = open_whole(layout.data_dir)
        except DamagedIndex as error:
            logger.warning("%s; nothing of it is reused", error)

    @contextmanager
    def put_aside(self) -> Iterator[Generation | None]:
        try:
            newer = open_newer(self._layout.data_dir)
        except DamagedIndex as error:
            logger.info("%s; nothing of it is reused", error)
            newer = None
        try:
            yield newer
        finally:
            if newer is not None:
                newer.close()

    def kept_vectors(self, model: str, dimension: int) -> ResumeFile:
        return ResumeFile(self._layout, model, dimension)

    @contextmanager
    def draft(self, *, alike: bool) -> Iterator[FileDraft]:
        generation = new_id(datetime.now(UTC), max(self._layout.whole(), default=None))
        folder = self._layout.unfinished(generation)
        before = self.previous.folder / ARTICLES_FILE if self.previous else None
        try:
            with closing(FileDraft(folder, generation, before, alike=alike)) as draft:
                yield draft
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, draft: GenerationWriter) -> None:
        with translate_disk_errors(self._layout.generations):
            self._layout.adopt(draft.id)

    def switch(self, draft: GenerationWriter) -> None:
        with translate_disk_errors(self._layout.current):
            self._layout.switch(draft.id)
        self._new = draft.id
        forget_resume(self._layout)

    def clean(self) -> None:
        self.close()
        with translate_disk_errors(self._layout.root):
            if self._new is not None:
                self._layout.clean(self._new, self._replaced)
            elif self._replaced is not None:
                self._layout.clean(self._replaced, self._layout.before(self._replaced))

    def close(self) -> None:
        if self.previous is not None:
            self.previous.close()
