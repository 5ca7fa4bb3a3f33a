"""What a build writes in files: a segment, a whole generation of one segment, or an addition.

An addition is a segment of new articles, and a generation that refers to it. Its cost is
proportional to what it adds. Every segment adds tenths of a millisecond to a question, so the
newest ones are merged each time (see `count_to_merge`): an article is rewritten once per doubling.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from index.models.base import Vectors
from index.store.articles import ARTICLES_FILE
from index.store.build import Hashes, MissingVectors, StopCheck, VectorSource
from index.store.disk import translate_disk_errors
from index.store.files.generation import Tombstones
from index.store.files.layout import Layout
from index.store.files.manifest import GENERATION_FORMAT, FileManifest, stamp_files
from index.store.files.previous import FilePrevious, SegmentFolder, note_written
from index.store.files.saved_vectors import ReusePlan, SavedVectors, plan_reuse, write_vectors
from index.store.files.segment_writer import SegmentWriter, merge_segments
from index.store.generation import ROW_KINDS, BuildFacts, GenerationFacts, RowKind
from index.store.growth import count_to_merge, grown_facts
from index.store.writer import GenerationWriter


class FileWriter(SegmentWriter, GenerationWriter):
    """A whole generation; `lenders` are generations of the same model. See
    `index.store.writer.GenerationWriter`. `generation` is its id once it is in service."""

    def __init__(
        self,
        layout: Layout,
        folder: Path,
        generation: str,
        saved: SavedVectors,
        lenders: Sequence[FilePrevious],
        before: Path | None = None,
        *,
        alike: bool = False,
        average_lengths: Mapping[RowKind, float] | None = None,
    ) -> None:
        super().__init__(folder, generation, before, alike=alike, average_lengths=average_lengths)
        self.generation: str | None = None
        self._layout = layout
        self._saved = saved
        self._lenders = lenders
        self._plans: dict[RowKind, ReusePlan] = {}

    def find_vectors(self, kind: RowKind) -> MissingVectors:
        sources = [*self._stored(kind), self._saved.source()]
        plan = self._plans[kind] = plan_reuse(self.hashes(kind), sources)
        return MissingVectors(plan.missing, plan.parts[-1].texts)

    def _stored(self, kind: RowKind) -> list[VectorSource]:
        return [source for lender in self._lenders for source in lender.vectors(kind)]

    def save_vectors(self, hashes: Hashes, vectors: Vectors) -> None:
        self._saved.add(hashes, vectors)

    def put_in_service(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        manifest = self._write_segment(build, check)
        with translate_disk_errors(self._layout.generations):
            self._layout.adopt(self.folder)
        note_written(self._layout, FileManifest.open(self._layout.folder(self.id)))
        self._switch(self.id)
        return manifest

    def _write_segment(self, build: BuildFacts, check: StopCheck) -> FileManifest:
        for kind in ROW_KINDS:
            write_vectors(
                self._plans.pop(kind),
                self.hashes(kind),
                self._saved.source(),
                self.vector_writer(kind, build.dimension),
            )
        return self.write(build, check)

    def _switch(self, generation: str) -> None:
        with translate_disk_errors(self._layout.current):
            self._layout.switch(generation)
        self.generation = generation


class FileAddition(FileWriter):
    """See `index.store.writer.GenerationWriter`."""

    def __init__(
        self, layout: Layout, segment: str, saved: SavedVectors, before: FilePrevious
    ) -> None:
        folder, lengths = layout.segments / f".{segment}", before.average_lengths
        super().__init__(layout, folder, segment, saved, [before], average_lengths=lengths)
        self._before = before
        self._new_folders: list[Path] = [folder]

    @classmethod
    @contextmanager
    def open(
        cls, layout: Layout, before: FilePrevious, saved: SavedVectors
    ) -> Iterator[FileAddition]:
        with closing(cls(layout, layout.next_id(), saved, before)) as addition:
            try:
                yield addition
            finally:
                for new_folder in addition._new_folders:
                    shutil.rmtree(new_folder, ignore_errors=True)

    def take(self, ids: Collection[str]) -> None:
        for segment in self._before.segments:
            own = [id for id in ids if id not in segment.deleted_ids and segment.articles.holds(id)]
            if own:
                self.articles.attach(segment.folder / ARTICLES_FILE)
                self.articles.take(own)

    def _stored(self, kind: RowKind) -> list[VectorSource]:
        return self._before.vectors(kind, self.replaced_ids)

    def put_in_service(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        own = self._write_segment(build, check)
        last = SegmentFolder(self.folder, own, frozenset(), self.stored)
        deleted_ids = self.replaced_ids
        facts = grown_facts(
            self._layout.next_id(),
            self._before.facts,
            own,
            self._before.deleted(deleted_ids),
            build,
        )
        base, *small = (
            replace(
                segment,
                deleted_ids=segment.deleted_ids.union(
                    entry.id for entry in segment.articles.entries(deleted_ids)
                ),
            )
            for segment in self._before.segments
        )
        own_sources = {row.location for row in self.stored.sources()}
        sources = self._before.tombstones.sources.union(self.deleted_sources) - own_sources
        if count := count_to_merge([segment.size for segment in small], last.size):
            last = self._merge([*small[-count:], last], build, check)
            small = small[:-count]
        segments = [base, *small]
        tombstones = Tombstones({segment.id: segment.deleted_ids for segment in segments}, sources)
        self._write(facts, [segment.id for segment in segments], last, tombstones)
        self._switch(facts.id)
        return facts

    def _merge(
        self, segments: Sequence[SegmentFolder], build: BuildFacts, check: StopCheck
    ) -> SegmentFolder:
        segment = self._layout.next_id()
        folder = self._layout.segments / f".{segment}"
        self._new_folders.append(folder)
        lengths = self._before.average_lengths
        with closing(SegmentWriter(folder, segment, average_lengths=lengths)) as segment_writer:
            manifest = merge_segments(segments, segment_writer, build, check)
        return replace(segments[-1], folder=folder, manifest=manifest)

    def _write(
        self,
        facts: GenerationFacts,
        segment_ids: Sequence[str],
        last: SegmentFolder,
        tombstones: Tombstones,
    ) -> None:
        """Write the generation that refers to the segments; it is not in service yet."""
        folder = self._layout.temporary_folder(facts.id)
        self._new_folders.append(folder)
        has_sources = next(last.articles.sources(), None) is not None
        segments = [*segment_ids, last.id] if last.size or has_sources else segment_ids
        with translate_disk_errors(self._layout.root):
            folder.mkdir()
            tombstones.save(folder)
            manifest = FileManifest.from_json(
                facts.as_json(),
                format=GENERATION_FORMAT,
                files=stamp_files(folder),
                segments=tuple(segments),
            )
            manifest.save(folder)
            if last.id in segments:
                self._layout.adopt(last.folder)
            self._layout.adopt(folder)
        note_written(self._layout, manifest)
