"""An addition on its way: a segment with what is new, and a generation that names it.

It costs what it adds. Segments are kept few, for a question costs some tenths of a millisecond for
each: the newest are written anew each time (see `count_written_anew`). So an article is written
once more for each doubling.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from index.store.build_turn import StopCheck
from index.store.disk import translate_disk_errors
from index.store.files.draft import FileDraft
from index.store.files.generation import ARTICLES_FILE
from index.store.files.known import KnownFiles, SegmentFolder, note_written
from index.store.files.layout import Layout
from index.store.files.manifest import GENERATION_FORMAT, Manifest, stamp_files
from index.store.files.merge import merge_segments
from index.store.files.resume import forget_resume
from index.store.files.tombstones import Tombstones
from index.store.growth import count_written_anew, grown_facts
from index.store.reader import BuildTerms, GenerationFacts


class FileAddition:
    """See `index.store.build_turn.Addition`; `writer` writes the segment."""

    def __init__(self, layout: Layout, before: KnownFiles, writer: FileDraft) -> None:
        self.writer = writer
        self.generation: str | None = None
        self._layout = layout
        self._before = before
        self._unfinished: list[Path] = [writer.folder]

    @classmethod
    @contextmanager
    def open(cls, layout: Layout, before: KnownFiles) -> Iterator[FileAddition]:
        segment = layout.next_id()
        folder = layout.unfinished_segment(segment)
        lengths = before.average_lengths
        with closing(FileDraft(folder, segment, average_lengths=lengths)) as writer:
            addition = cls(layout, before, writer)
            try:
                yield addition
            finally:
                for each in addition._unfinished:
                    shutil.rmtree(each, ignore_errors=True)

    def take(self, ids: Collection[str]) -> None:
        for each in self._before.segments:
            own = [id for id in ids if id not in each.gone and each.articles.holds(id)]
            if own:
                self.writer.attach(each.folder / ARTICLES_FILE)
                self.writer.articles.take(own)

    def seal(
        self,
        gone: Collection[str],
        gone_sources: Collection[str],
        terms: BuildTerms,
        check: StopCheck,
    ) -> GenerationFacts:
        own = self.writer.write(terms, check)
        last = SegmentFolder(self.writer.folder, own, frozenset(), self.writer.written)
        tombstones = self._tombstones(gone, gone_sources)
        facts = grown_facts(self._layout.next_id(), self._before, own, gone, terms)
        base, *small = (
            replace(each, gone=tombstones.of(each.id)) for each in self._before.segments
        )
        if again := count_written_anew([each.size for each in small], last.size):
            last = self._merged([*small[-again:], last], terms, check)
            small = small[:-again]
        kept = [base, *small]
        tombstones = replace(tombstones, articles={each.id: each.gone for each in kept})
        self._write(facts, [each.id for each in kept], last, tombstones)
        return facts

    def _tombstones(self, gone: Collection[str], gone_sources: Collection[str]) -> Tombstones:
        before = self._before.tombstones
        articles = {}
        for each in self._before.segments:
            here = frozenset(entry.id for entry in each.articles.entries(gone))
            articles[each.id] = each.gone | here
        own = {row.location for row in self.writer.written.sources()}
        return Tombstones(articles, (before.sources | frozenset(gone_sources)) - own)

    def _merged(
        self, segments: Sequence[SegmentFolder], terms: BuildTerms, check: StopCheck
    ) -> SegmentFolder:
        """Write several segments as one."""
        identity = self._layout.next_id()
        folder = self._layout.unfinished_segment(identity)
        self._unfinished.append(folder)
        lengths = self._before.average_lengths
        with closing(FileDraft(folder, identity, average_lengths=lengths)) as draft:
            manifest = merge_segments(segments, draft, terms, check)
        return replace(segments[-1], folder=folder, manifest=manifest)

    def _write(
        self,
        facts: GenerationFacts,
        kept: Sequence[str],
        last: SegmentFolder,
        tombstones: Tombstones,
    ) -> None:
        """Write the generation that names the segments; nothing is in service yet."""
        folder = self._layout.unfinished(facts.id)
        self._unfinished.append(folder)
        notes_sources = next(last.articles.sources(), None) is not None
        segments = [*kept, last.id] if last.size or notes_sources else kept
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
                self._layout.adopt_segment(last.id)
            self._layout.adopt(facts.id)
        note_written(self._layout, manifest)
        self.generation = facts.id

    def switch(self) -> None:
        assert self.generation is not None, "what is sealed is put in service"
        with translate_disk_errors(self._layout.current):
            self._layout.switch(self.generation)
        forget_resume(self._layout)
