"""The generation in service as a build sees it; files are opened only when needed, so that an
addition does not pay for the whole."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.models.base import IntArray, Vectors
from index.store.article_writer import LikenessKeys
from index.store.articles import ArticleReader, SourceRow
from index.store.build_turn import VectorSource, as_hashes
from index.store.disk import replace_file
from index.store.files.faiss_vectors import FaissVectors
from index.store.files.generation import (
    ARTICLES_FILE,
    LIKENESS_KEYS,
    LIKENESS_NUMBERS,
    PASSAGE_WORDS,
    PASSAGES,
    SENTENCE_WORDS,
    SENTENCES,
    load_array,
)
from index.store.files.layout import Layout
from index.store.files.manifest import Manifest
from index.store.files.segments import JoinedVectors, SegmentedArticles, newest_sources
from index.store.files.tombstones import Tombstones
from index.store.files.word_index import average_length
from index.store.generation import RowKind
from index.store.growth import may_grow

VECTORS: dict[RowKind, str] = {"passages": PASSAGES, "sentences": SENTENCES}
WORDS: dict[RowKind, str] = {"passages": PASSAGE_WORDS, "sentences": SENTENCE_WORDS}


@dataclass(frozen=True, slots=True)
class SegmentFolder:
    """A segment of a generation, with its deleted articles and an open reader."""

    folder: Path
    manifest: Manifest
    deleted_ids: frozenset[str]
    articles: ArticleReader

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def size(self) -> int:
        """Number of articles and copies, deleted ones included."""
        return self.manifest.articles + self.manifest.copies

    def vectors(self, kind: RowKind) -> FaissVectors:
        return FaissVectors.open(self.folder / VECTORS[kind], preload=False)


def read_likeness(folder: Path) -> LikenessKeys | None:
    """The likeness keys of a generation, if it has any."""
    if not (folder / LIKENESS_KEYS).is_file():
        return None
    return LikenessKeys(load_array(folder / LIKENESS_KEYS), load_array(folder / LIKENESS_NUMBERS))


class ReusableFiles(SegmentedArticles):
    """See `index.store.build_turn.GrowableGeneration`."""

    def __init__(
        self, manifest: Manifest, segments: Sequence[SegmentFolder], tombstones: Tombstones
    ) -> None:
        self.facts = manifest
        self.segments = tuple(segments)
        self.tombstones = tombstones
        super().__init__(
            [each.articles for each in segments],
            [each.deleted_ids for each in segments],
            [each.manifest.passages for each in segments],
        )

    @classmethod
    def open(cls, layout: Layout, manifest: Manifest) -> ReusableFiles:
        """Raises DamagedIndex."""
        tombstones = Tombstones()
        if manifest.segments:
            tombstones = Tombstones.open(layout.folder(manifest.id))
        segments = []
        for each in manifest.segments or (manifest.id,):
            folder = layout.segment(manifest, each)
            own = Manifest.open(folder) if manifest.segments else manifest
            articles = ArticleReader(folder / ARTICLES_FILE)
            segments.append(SegmentFolder(folder, own, tombstones.of(each), articles))
        return cls(manifest, segments, tombstones)

    def sources(self) -> Iterator[SourceRow]:
        return newest_sources(self._parts, self.tombstones.sources)

    def vector_source(self, kind: RowKind) -> VectorSource:
        hashes = [as_hashes(each.articles.hashes(kind)) for each in self.segments]
        vectors = JoinedVectors(
            [each.vectors(kind) for each in self.segments], list(map(len, hashes))
        )
        return VectorSource(np.concatenate(hashes), vectors)

    def vectors_of(self, kind: RowKind, ids: Collection[str]) -> VectorSource:
        """The vectors of these articles only, at no cost for the others."""
        hashes, parts, sizes = [], [], []
        for each in self.segments:
            rows, own = each.articles.hashes_of(
                kind, [id for id in ids if id not in each.deleted_ids]
            )
            if len(rows):
                hashes.append(as_hashes(own))
                parts.append(_Rows(each.vectors(kind), rows))
                sizes.append(len(rows))
        all_hashes = np.concatenate(hashes) if hashes else as_hashes(b"")
        return VectorSource(all_hashes, JoinedVectors(parts, sizes))

    def count_rows(self, kind: RowKind, ids: Collection[str]) -> int:
        return len(self.vectors_of(kind, ids).hashes)

    def alike(self, keys: npt.NDArray[np.uint64], most: int) -> list[str]:
        ids = []
        for each, likeness in zip(self.segments, self._likeness, strict=True):
            own = each.articles.ids_of(likeness.find(keys, most)) if likeness else []
            ids += [id for id in own if id not in each.deleted_ids]
        return ids

    @property
    def is_growable(self) -> bool:
        """True if it is small enough to grow and has what an addition needs."""
        base, *small = (each.size for each in self.segments)
        complete = all(self._likeness) and all(self.average_lengths.values())
        return complete and may_grow(base, sum(small), len(self.tombstones))

    @cached_property
    def average_lengths(self) -> dict[RowKind, float]:
        base = self.segments[0].folder
        return {kind: average_length(base / name) or 0.0 for kind, name in WORDS.items()}

    @cached_property
    def _likeness(self) -> list[LikenessKeys | None]:
        return [read_likeness(each.folder) for each in self.segments]


@dataclass(frozen=True, slots=True)
class _Rows:
    """A renumbered subset of stored vectors."""

    vectors_of_segment: FaissVectors
    rows: IntArray

    def vectors(self, rows: IntArray) -> Vectors:
        return self.vectors_of_segment.vectors(self.rows[rows])


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

    def check(self, folder: Path, manifest: Manifest) -> None:
        """Raises DamagedIndex naming the first damaged file."""
        same = set()
        for name in manifest.files:
            key, state = self._state(folder / name)
            if state is not None and self._recorded_states.get(key) == state:
                same.add(name)
        manifest.check(folder, whole=True, trusted=same)
        self.note(folder, manifest)

    def note(self, folder: Path, manifest: Manifest) -> None:
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


def note_written(layout: Layout, manifest: Manifest) -> None:
    """Record what this build has written and hashed as verified."""
    files = VerifiedFiles(layout)
    files.note(layout.folder(manifest.id), manifest)
    if manifest.segments:
        folder = layout.segment(manifest, manifest.segments[-1])
        files.note(folder, Manifest.open(folder))
    files.save()
