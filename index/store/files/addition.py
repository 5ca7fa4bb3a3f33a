"""An addition: a segment of new articles, and a generation that refers to it.

Its cost is proportional to what it adds. Every segment adds tenths of a millisecond to a question,
so the newest ones are merged each time (see `count_to_merge`): an article is rewritten once per
doubling.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from index.store.articles import ARTICLES_FILE
from index.store.build_turn import StopCheck
from index.store.disk import translate_disk_errors
from index.store.files.draft import FileDraft
from index.store.files.layout import Layout
from index.store.files.manifest import GENERATION_FORMAT, Manifest, stamp_files
from index.store.files.merge import merge_segments
from index.store.files.resume import forget_resume
from index.store.files.reusable import ReusableFiles, SegmentFolder, note_written
from index.store.files.tombstones import Tombstones
from index.store.generation import BuildFacts, GenerationFacts
from index.store.growth import count_to_merge, grown_facts


class FileAddition:
    """See `index.store.base.Addition`; `writer` writes the segment."""

    def __init__(self, layout: Layout, before: ReusableFiles, writer: FileDraft) -> None:
        self.writer = writer
        self.generation: str | None = None
        self._layout = layout
        self._before = before
        self._new_folders: list[Path] = [writer.folder]

    @classmethod
    @contextmanager
    def open(cls, layout: Layout, before: ReusableFiles) -> Iterator[FileAddition]:
        segment = layout.next_id()
        folder, lengths = layout.unfinished_segment(segment), before.average_lengths
        with closing(FileDraft(folder, segment, average_lengths=lengths)) as writer:
            addition = cls(layout, before, writer)
            try:
                yield addition
            finally:
                for new_folder in addition._new_folders:
                    shutil.rmtree(new_folder, ignore_errors=True)

    def take(self, ids: Collection[str]) -> None:
        for segment in self._before.segments:
            own = [id for id in ids if id not in segment.deleted_ids and segment.articles.holds(id)]
            if own:
                self.writer.attach(segment.folder / ARTICLES_FILE)
                self.writer.articles.take(own)

    def seal(
        self,
        deleted_ids: Collection[str],
        deleted_sources: Collection[str],
        build: BuildFacts,
        check: StopCheck,
    ) -> GenerationFacts:
        own = self.writer.seal(build, check)
        last = SegmentFolder(self.writer.folder, own, frozenset(), self.writer.reader)
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
        own_sources = {row.location for row in self.writer.reader.sources()}
        sources = (self._before.tombstones.sources | frozenset(deleted_sources)) - own_sources
        if count := count_to_merge([segment.size for segment in small], last.size):
            last = self._merge([*small[-count:], last], build, check)
            small = small[:-count]
        segments = [base, *small]
        tombstones = Tombstones({segment.id: segment.deleted_ids for segment in segments}, sources)
        self._write(facts, [segment.id for segment in segments], last, tombstones)
        return facts

    def _merge(
        self, segments: Sequence[SegmentFolder], build: BuildFacts, check: StopCheck
    ) -> SegmentFolder:
        segment = self._layout.next_id()
        folder = self._layout.unfinished_segment(segment)
        self._new_folders.append(folder)
        lengths = self._before.average_lengths
        with closing(FileDraft(folder, segment, average_lengths=lengths)) as draft:
            manifest = merge_segments(segments, draft, build, check)
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
            manifest = Manifest.from_json(
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
        self.generation = facts.id

    def switch(self) -> None:
        assert self.generation is not None, "seal() comes before switch()"
        with translate_disk_errors(self._layout.current):
            self._layout.switch(self.generation)
        forget_resume(self._layout)
