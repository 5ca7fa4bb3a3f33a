"""The store in a data directory: generations are folders, switched by replacing a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DamagedIndex, StoreError
from index.store.base import RemovedArticle, StoreCheck
from index.store.builder_status import BuilderStatus, read_builder_status, write_builder_status
from index.store.disk import measure_folder
from index.store.files.integrity import current_id, find_current, verify
from index.store.files.layout import Layout
from index.store.files.manifest import FileManifest
from index.store.files.removals import RemovedFile
from index.store.generation import GenerationFacts

# NumPy and FAISS are imported by what needs them: `selon status` does not.
if TYPE_CHECKING:
    from index.models.base import Embedder
    from index.store.build_turn import BuildPart
    from index.store.files.turn import FileTurn
    from index.store.open_generation import OpenGeneration


@dataclass(frozen=True, slots=True)
class FileStore:
    """The index of a data directory; see `index.store.base.IndexStore`."""

    data_dir: Path

    @property
    def workplace(self) -> Path:
        return Layout(self.data_dir).root

    def current_id(self) -> str | None:
        return current_id(self.data_dir)

    def facts(self) -> GenerationFacts:
        return find_current(self.data_dir)[1]

    def open(self, embedder: Embedder | None = None) -> OpenGeneration:
        from index.store.files.opening import open_generation
        from index.store.open_generation import OpenGeneration

        generation = open_generation(self.data_dir, embedder)
        return OpenGeneration(generation, RemovedFile(self.data_dir).ids)

    def check(self) -> StoreCheck:
        layout = Layout(self.data_dir)
        damage: DamagedIndex | None = None
        try:
            manifest = verify(self.data_dir)
        except DamagedIndex as error:
            damage = error
            manifest = FileManifest.open(layout.folder(layout.current_id() or ""))
        return StoreCheck(manifest, layout.before(manifest.id), measure_folder(layout.root), damage)

    def roll_back(self) -> GenerationFacts:
        from index.store.files.transfer import rollback

        return rollback(self.data_dir)

    def export(self, folder: Path) -> GenerationFacts:
        from index.store.files.transfer import export_index

        return export_index(self.data_dir, folder, RemovedFile(self.data_dir).ids())

    def take(self, folder: Path) -> GenerationFacts:
        from index.store.files.transfer import import_index

        return import_index(folder, self.data_dir)

    def removed(self) -> dict[str, RemovedArticle]:
        return RemovedFile(self.data_dir).read()

    def change_removed(
        self, additions: Iterable[RemovedArticle], restored_ids: Collection[str]
    ) -> None:
        RemovedFile(self.data_dir).change(additions, restored_ids)

    def note_builder(self, status: BuilderStatus) -> None:
        write_builder_status(self.data_dir, status)

    def builder_status(self) -> BuilderStatus | None:
        return read_builder_status(self.data_dir)

    @contextmanager
    def build_turn(self, part: BuildPart | None = None) -> Iterator[FileTurn]:
        from index.store.files.turn import FileTurn

        if part is not None:
            raise StoreError("part-without-server")
        layout = Layout(self.data_dir)
        with layout.alone(), closing(FileTurn(layout)) as turn:
            yield turn
            turn.clean()
