"""The vectors, words and manifest of a segment in files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from index.store.article_writer import ArticleDatabase, LikenessKeys
from index.store.articles import ARTICLES_FILE
from index.store.build import StopCheck, batches
from index.store.disk import translate_disk_errors
from index.store.files.manifest import GENERATION_FORMAT, FileManifest, stamp_files
from index.store.files.previous import VECTORS, WORDS, FilePrevious, SegmentFolder, read_likeness
from index.store.files.segment import (
    DAYS_FILE,
    FIRST_SENTENCES,
    LIKENESS_KEYS,
    LIKENESS_NUMBERS,
    OPENINGS,
)
from index.store.files.vectors import VectorWriter
from index.store.files.words import FileWords
from index.store.generation import ROW_KINDS, BuildFacts, RowKind
from index.store.writer import TextWriter


class SegmentWriter(TextWriter):
    """A folder of articles, vectors and words; whole generations and exports consist of one."""

    def vector_writer(self, kind: RowKind, dimension: int) -> VectorWriter:
        size = self.articles.passages if kind == "passages" else self.articles.sentences
        return VectorWriter(self.folder / VECTORS[kind], size, dimension)

    def write(self, build: BuildFacts, check: StopCheck) -> FileManifest:
        """Write what is left once the vectors are written."""
        stored = self.stored
        with translate_disk_errors(self.folder):
            for kind, name in WORDS.items():
                check()
                FileWords.of(self.build_words(kind, check)).save(self.folder / name)
            first = np.append(stored.first_sentences(), self.articles.sentences).astype(np.int64)
            for name, array in (
                (FIRST_SENTENCES, first),
                (OPENINGS, stored.openings()),
                (DAYS_FILE, stored.days()),
            ):
                np.save(self.folder / name, array, allow_pickle=False)
            if (likeness := self.articles.likeness) is not None:
                np.save(self.folder / LIKENESS_KEYS, likeness.keys, allow_pickle=False)
                np.save(self.folder / LIKENESS_NUMBERS, likeness.numbers, allow_pickle=False)
            facts, files = self.facts(build), stamp_files(self.folder)
            manifest = FileManifest.from_json(
                facts.as_json(), format=GENERATION_FORMAT, files=files
            )
            manifest.save(self.folder)
        return manifest


_AT_ONCE = 16_384  # vectors


def merge_segments(
    segments: Sequence[SegmentFolder],
    writer: SegmentWriter,
    build: BuildFacts,
    check: StopCheck = lambda: None,
    deleted_sources: Collection[str] = (),
) -> FileManifest:
    """Write segments, oldest first, as one. Raises StoreError, DamagedIndex, and what `check`
    raises."""
    numbers = copy_articles(segments, writer.articles, check)
    writer.articles.forget_sources(deleted_sources)
    writer.end_texts()
    writer.articles.likeness = _merge_likeness(segments, numbers)
    for kind in ROW_KINDS:
        merged, first = writer.vector_writer(kind, build.dimension), 0
        for segment in segments:
            vectors = segment.vectors(kind)
            deleted_rows, _ = segment.articles.hashes_of(kind, segment.deleted_ids)
            rows_left = np.setdiff1d(np.arange(len(vectors)), deleted_rows, assume_unique=True)
            for batch in batches(len(rows_left), _AT_ONCE):
                check()
                rows = rows_left[batch]
                merged.put(np.arange(first, first + len(rows)), vectors.vectors(rows))
                first += len(rows)
        merged.finish()
    return writer.write(build, check)


def copy_articles(
    segments: Sequence[SegmentFolder], articles: ArticleDatabase, check: StopCheck
) -> list[dict[int, int]]:
    """Copy the articles of segments; return, for each segment, new numbers by old numbers."""
    numbers = []
    for segment in segments:
        articles.attach(segment.folder / ARTICLES_FILE)
        rows = articles.take_all(segment.deleted_ids)
        for number, before, is_copy in rows:
            check()
            if not is_copy:
                articles.add_passages_again(number, before)
        numbers.append({before: number for number, before, _ in rows})
    return numbers


def merged_articles(files: FilePrevious, folder: Path) -> Path:
    """The articles of a generation as one database: that of its only segment, or a merged one in a
    new folder. Raises StoreError, DamagedIndex."""
    if not files.facts.segments:
        return files.segments[0].folder / ARTICLES_FILE
    path = folder / ARTICLES_FILE
    with translate_disk_errors(folder):
        folder.mkdir()
    with closing(ArticleDatabase(path)) as articles:
        copy_articles(files.segments, articles, lambda: None)
        articles.forget_sources(files.tombstones.sources)
        articles.finish()
    return path


def _merge_likeness(
    segments: Sequence[SegmentFolder], numbers: Sequence[dict[int, int]]
) -> LikenessKeys | None:
    keys, row_numbers = [], []
    for segment, now_by_before in zip(segments, numbers, strict=True):
        if (likeness := read_likeness(segment.folder)) is None:
            return None
        # Every article has a key; deleted ones have no new number.
        now = np.zeros(likeness.numbers.max(initial=0) + 1, dtype=np.uint32)
        now[list(now_by_before)] = list(now_by_before.values())
        new_numbers = now[likeness.numbers]
        keys.append(likeness.keys[new_numbers > 0])
        row_numbers.append(new_numbers[new_numbers > 0])
    return LikenessKeys.of(np.concatenate(keys), np.concatenate(row_numbers))
