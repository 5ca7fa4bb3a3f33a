"""The store in a data directory: generations are folders, switched by replacing a file."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.errors import DamagedIndex, NoIndex, StoreError
from index.store.base import StoreCheck
from index.store.build_turn import BuildPart, GenerationWriter, PartTurn
from index.store.builder_status import BuilderStatus, read_builder_status, write_builder_status
from index.store.disk import measure_folder, translate_disk_errors
from index.store.files.addition import FileAddition
from index.store.files.draft import FileDraft
from index.store.files.layout import Layout, new_id
from index.store.files.manifest import Manifest
from index.store.files.merge import merged_articles
from index.store.files.opening import (
    current_id,
    find_current,
    open_generation,
    open_newer,
    open_reusable,
    verify,
)
from index.store.files.removals import RemovedList, WithdrawnFile
from index.store.files.resume import ResumeFile, forget_resume
from index.store.files.reusable import ReusableFiles, note_written
from index.store.files.transfer import export_index, import_index, rollback
from index.store.reader import GenerationFacts
from index.store.withdrawals import VisibleGeneration

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileStore:
    """The index of a data directory; see `index.store.base.IndexStore`."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        return Layout(self.data_dir).root

    @property
    def workplace(self) -> Path:
        return self.folder

    def current_id(self) -> str | None:
        return current_id(self.data_dir)

    def facts(self) -> GenerationFacts:
        return find_current(self.data_dir)[1]

    def open(self, *, model: str, dimension: int) -> VisibleGeneration:
        generation = open_generation(self.data_dir, model=model, dimension=dimension)
        return VisibleGeneration(generation, WithdrawnFile(self.data_dir))

    def browse(self) -> VisibleGeneration:
        facts = self.facts()
        return self.open(model=facts.model, dimension=facts.dimension)

    def check(self) -> StoreCheck:
        layout = Layout(self.data_dir)
        damage: DamagedIndex | None = None
        try:
            manifest = verify(self.data_dir)
        except DamagedIndex as error:
            damage = error
            manifest = Manifest.open(layout.folder(layout.current_id() or ""))
        return StoreCheck(manifest, layout.before(manifest.id), measure_folder(layout.root), damage)

    def roll_back(self) -> GenerationFacts:
        return rollback(self.data_dir)

    def export(self, folder: Path) -> GenerationFacts:
        return export_index(self.data_dir, folder, self.removals().ids)

    def take(self, folder: Path) -> GenerationFacts:
        return import_index(folder, self.data_dir)

    def removals(self) -> RemovedList:
        return RemovedList.open(self.data_dir)

    def note_builder(self, status: BuilderStatus) -> None:
        write_builder_status(self.data_dir, status)

    def builder_status(self) -> BuilderStatus | None:
        return read_builder_status(self.data_dir)

    @contextmanager
    def build_turn(self) -> Iterator[FileTurn]:
        layout = Layout(self.data_dir)
        with layout.alone(), closing(FileTurn(layout)) as turn:
            yield turn

    def part_turn(
        self, part: BuildPart, model: str, dimension: int
    ) -> AbstractContextManager[PartTurn]:
        raise StoreError("part-without-server")


class FileTurn:
    """See `index.store.build_turn.BuildTurn`."""

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

    def checkpoint(self, model: str, dimension: int) -> ResumeFile:
        return ResumeFile(self._layout, model, dimension)

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
            for each in (folder, beside):
                shutil.rmtree(each, ignore_errors=True)

    @property
    def growable(self) -> ReusableFiles | None:
        return self.previous if self.previous and self.previous.is_growable else None

    @contextmanager
    def addition(self) -> Iterator[FileAddition]:
        assert self.previous is not None, "growable is checked first"
        with FileAddition.open(self._layout, self.previous) as addition:
            yield addition
            self._new = addition.generation or self._new

    def adopt(self, draft: GenerationWriter) -> None:
        with translate_disk_errors(self._layout.generations):
            self._layout.adopt(self._layout.temporary_folder(draft.id))
        note_written(self._layout, Manifest.open(self._layout.folder(draft.id)))

    def switch(self, draft: GenerationWriter) -> None:
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
