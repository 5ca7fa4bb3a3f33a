"""The generation in service as a build sees it; files are opened only when needed, so that an
addition does not pay for the whole."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.models.base import IntArray, Vectors
from index.store.article_writer import LikenessKeys
from index.store.articles import ARTICLES_FILE, SourceRow, StoredArticles
from index.store.build import VectorSource, as_hashes
from index.store.disk import replace_file
from index.store.files.generation import SegmentedArticles, Tombstones, newest_sources
from index.store.files.layout import Layout
from index.store.files.manifest import FileManifest
from index.store.files.segment import (
    LIKENESS_KEYS,
    LIKENESS_NUMBERS,
    PASSAGE_WORDS,
    PASSAGES,
    SENTENCE_WORDS,
    SENTENCES,
    load_array,
)
from index.store.files.vectors import FileVectors
from index.store.files.words import average_length
from index.store.generation import ROW_KINDS, RowKind
from index.store.growth import DeletedArticles, may_grow

VECTORS: dict[RowKind, str] = {"passages": PASSAGES, "sentences": SENTENCES}
WORDS: dict[RowKind, str] = {"passages": PASSAGE_WORDS, "sentences": SENTENCE_WORDS}


@dataclass(frozen=True, slots=True)
class SegmentFolder:
    """A segment of a generation, with its deleted articles and an open database."""

    folder: Path
    manifest: FileManifest
    deleted_ids: frozenset[str]
    articles: StoredArticles

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def size(self) -> int:
        """Number of articles and copies, deleted ones included."""
        return self.manifest.articles + self.manifest.copies

    def vectors(self, kind: RowKind) -> FileVectors:
        return FileVectors.open(self.folder / VECTORS[kind], preload=False)


def read_likeness(folder: Path) -> LikenessKeys | None:
    """The likeness keys of a generation, if it has any."""
    if not (folder / LIKENESS_KEYS).is_file():
        return None
    return LikenessKeys(load_array(folder / LIKENESS_KEYS), load_array(folder / LIKENESS_NUMBERS))


class FilePrevious(SegmentedArticles):
    """See `index.store.build.PreviousGeneration`."""

    def __init__(
        self, manifest: FileManifest, segments: Sequence[SegmentFolder], tombstones: Tombstones
    ) -> None:
        self.facts = manifest
        self.segments = tuple(segments)
        self.tombstones = tombstones
        super().__init__(
            [segment.articles for segment in segments],
            [segment.deleted_ids for segment in segments],
            [segment.manifest.passages for segment in segments],
        )

    @classmethod
    def open(cls, layout: Layout, manifest: FileManifest) -> FilePrevious:
        """Raises DamagedIndex."""
        tombstones = Tombstones()
        if manifest.segments:
            tombstones = Tombstones.open(layout.folder(manifest.id))
        segments = []
        for segment in manifest.segments or (manifest.id,):
            folder = layout.segment(manifest, segment)
            own = FileManifest.open(folder) if manifest.segments else manifest
            articles = StoredArticles(folder / ARTICLES_FILE)
            segments.append(SegmentFolder(folder, own, tombstones.of(segment), articles))
        return cls(manifest, segments, tombstones)

    def sources(self) -> Iterator[SourceRow]:
        return newest_sources(self._parts, self.tombstones.sources)

    def vectors(self, kind: RowKind, ids: Collection[str] | None = None) -> list[VectorSource]:
        """By segment, the vectors of these articles, at no cost for the others; by default, all."""
        sources: list[VectorSource] = []
        for segment in self.segments:
            if ids is None:
                hashes = as_hashes(segment.articles.hashes(kind))
                sources.append(VectorSource(hashes, segment.vectors(kind).vectors))
                continue
            own_ids = [id for id in ids if id not in segment.deleted_ids]
            rows, own = segment.articles.hashes_of(kind, own_ids)
            if len(rows):
                read = partial(_read_among, segment.vectors(kind), rows)
                sources.append(VectorSource(as_hashes(own), read))
        return sources

    def deleted(self, ids: Collection[str]) -> DeletedArticles:
        passages, sentences = (self._count(kind, ids) for kind in ROW_KINDS)
        return DeletedArticles(self.entries(ids), self.signed(ids), passages, sentences)

    def _count(self, kind: RowKind, ids: Collection[str]) -> int:
        return sum(len(source.hashes) for source in self.vectors(kind, ids))

    def alike(self, keys: npt.NDArray[np.uint64], most: int) -> list[str]:
        ids = []
        for segment, likeness in zip(self.segments, self._likeness, strict=True):
            own = segment.articles.ids_of(likeness.find(keys, most)) if likeness else []
            ids += [id for id in own if id not in segment.deleted_ids]
        return ids

    @property
    def is_growable(self) -> bool:
        """True if it is small enough to grow and has what an addition needs."""
        base, *small = (segment.size for segment in self.segments)
        complete = all(self._likeness) and all(self.average_lengths.values())
        return complete and may_grow(base, sum(small), len(self.tombstones))

    @cached_property
    def average_lengths(self) -> dict[RowKind, float]:
        base = self.segments[0].folder
        return {kind: average_length(base / name) or 0.0 for kind, name in WORDS.items()}

    @cached_property
    def _likeness(self) -> list[LikenessKeys | None]:
        return [read_likeness(segment.folder) for segment in self.segments]


def _read_among(stored: FileVectors, numbers: IntArray, rows: IntArray) -> Vectors:
    """The vectors at `rows` of a subset of stored vectors."""
    return stored.vectors(numbers[rows])


class VerifiedFiles:
    """Cache of integrity checks: files with the same size, time and inode as when they were last
    verified are not hashed again."""

    def __init__(self, layout: Layout) -> None:
        self._root = layout.root
        self._path = layout.verified_path
        self._recorded_states: dict[str, list[int]] = {}
        self._new_states: dict[str, list[int]] = {}
        with suppress(OSError, ValueError):
            record = json.loads(self._path.read_text(encoding="utf-8"))
            self._recorded_states = record if isinstance(record, dict) else {}

    def check(self, folder: Path, manifest: FileManifest) -> None:
        """Raises DamagedIndex naming the first damaged file."""
        same = set()
        for name in manifest.files:
            key, state = self._state(folder / name)
            if state is not None and self._recorded_states.get(key) == state:
                same.add(name)
        manifest.check(folder, whole=True, trusted=same)
        self.note(folder, manifest)

    def note(self, folder: Path, manifest: FileManifest) -> None:
        """Record files that have just been written or read as verified."""
        for name in manifest.files:
            key, state = self._state(folder / name)
            if state is not None:
                self._new_states[key] = state

    def save(self) -> None:
        """Save the cache; if that fails, files are read again next time."""
        still = {
            key: state
            for key, state in self._recorded_states.items()
            if (self._root / key).exists()
        }
        states = still | self._new_states
        if states == self._recorded_states:
            return
        with suppress(OSError):
            replace_file(self._path, json.dumps(states))

    def _state(self, path: Path) -> tuple[str, list[int] | None]:
        key = path.relative_to(self._root).as_posix()
        try:
            state = os.lstat(path)
        except OSError:
            return key, None
        return key, [state.st_size, state.st_mtime_ns, state.st_ino]


def note_written(layout: Layout, manifest: FileManifest) -> None:
    """Record what this build has written and hashed as verified."""
    files = VerifiedFiles(layout)
    files.note(layout.folder(manifest.id), manifest)
    if manifest.segments:
        folder = layout.segment(manifest, manifest.segments[-1])
        files.note(folder, FileManifest.open(folder))
    files.save()
