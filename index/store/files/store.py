"""The store that is a folder: generations in files, switched by renaming one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from index.errors import DamagedIndex, StoreError
from index.store.base import StoreCheck
from index.store.build_turn import BuildPart, PartTurn
from index.store.files.generation import current_id, in_service, open_generation, verify
from index.store.files.layout import Layout
from index.store.files.manifest import Manifest
from index.store.files.removed import RemovedList, WithdrawnFile
from index.store.files.transfer import export_index, import_index, rollback
from index.store.files.turn import FileTurn, file_turn
from index.store.reader import GenerationFacts
from index.store.withdrawals import VisibleGeneration, refuse_withdrawn


@dataclass(frozen=True, slots=True)
class FileStore:
    """The index of a data directory; see `index.store.base.IndexStore`."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        return Layout(self.data_dir).root

    def current_id(self) -> str | None:
        return current_id(self.data_dir)

    def facts(self) -> GenerationFacts:
        return in_service(self.data_dir)[1]

    def open(self, *, model: str, dimension: int) -> VisibleGeneration:
        stored = open_generation(self.data_dir, model=model, dimension=dimension)
        return VisibleGeneration(stored, WithdrawnFile(self.data_dir))

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
        size = sum(file.stat().st_size for file in layout.root.rglob("*") if file.is_file())
        return StoreCheck(manifest, layout.before(manifest.id), size, damage)

    def roll_back(self) -> GenerationFacts:
        return rollback(self.data_dir)

    def export(self, folder: Path) -> GenerationFacts:
        facts = self.facts()
        with open_generation(self.data_dir, model=facts.model, dimension=facts.dimension) as stored:
            refuse_withdrawn(stored, self.removed().ids, self.data_dir)
        return export_index(self.data_dir, folder)

    def take(self, folder: Path) -> GenerationFacts:
        return import_index(folder, self.data_dir)

    def removed(self) -> RemovedList:
        return RemovedList.open(self.data_dir)

    def build_turn(self) -> AbstractContextManager[FileTurn]:
        return file_turn(self.data_dir)

    def part_turn(
        self, part: BuildPart, model: str, dimension: int
    ) -> AbstractContextManager[PartTurn]:
        raise StoreError("part-without-server")
