"""Several segments written as one: without what is gone, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from index.models.base import IntArray
from index.store.article_writer import ArticleDatabase, ArticleWriter, LikenessKeys, PassageWriter
from index.store.build_turn import StopCheck
from index.store.disk import translate_disk_errors
from index.store.files.draft import FileDraft
from index.store.files.generation import ARTICLES_FILE
from index.store.files.known import KINDS, KnownFiles, SegmentFolder
from index.store.files.manifest import Manifest
from index.store.reader import BuildTerms, RowKind

_AT_ONCE = 16_384  # vectors


def merge_segments(
    segments: Sequence[SegmentFolder],
    draft: FileDraft,
    terms: BuildTerms,
    check: StopCheck = lambda: None,
    gone_sources: Collection[str] = (),
) -> Manifest:
    """Write segments, the oldest first, as one. Raises StoreError, DamagedIndex, and what `check`
    raises."""
    numbers = take_articles(segments, draft.attach, draft.articles, draft.passages, check)
    draft.articles.forget_sources(gone_sources)
    draft.end_texts()
    draft.articles.likeness = _likeness(segments, numbers)
    for kind in KINDS:
        writer, first = draft.vectors(kind, terms.model, terms.dimension), 0
        for each in segments:
            stored = each.vectors(kind)
            for rows in _batches(_kept_rows(each, kind, len(stored))):
                check()
                writer.put(np.arange(first, first + len(rows)), stored.vectors(rows))
                first += len(rows)
        writer.finish()
    return draft.write(terms, check)


def take_articles(
    segments: Sequence[SegmentFolder],
    attach: Callable[[Path], None],
    articles: ArticleWriter,
    passages: PassageWriter,
    check: StopCheck,
) -> list[dict[int, int]]:
    """Write down what the segments have, and return, for each, the numbers that its articles and
    copies have now, by those they had."""
    numbers = []
    for each in segments:
        attach(each.folder / ARTICLES_FILE)
        rows = articles.take_over(each.gone)
        for number, before, is_copy in rows:
            check()
            if not is_copy:
                passages.add_again(number, before)
        numbers.append({before: number for number, before, _ in rows})
    return numbers


def merged_articles(known: KnownFiles, folder: Path) -> Path:
    """The articles of a generation as one database: those of its only segment, or written to a new
    folder. Raises StoreError, DamagedIndex."""
    if not known.facts.segments:
        return known.segments[0].folder / ARTICLES_FILE
    path = folder / ARTICLES_FILE
    with translate_disk_errors(folder):
        folder.mkdir()
    sheet = ArticleDatabase(path)
    try:
        articles, passages = ArticleWriter(sheet), PassageWriter(sheet)
        take_articles(known.segments, sheet.attach, articles, passages, lambda: None)
        articles.forget_sources(known.tombstones.sources)
        sheet.finish()
    finally:
        sheet.close()
    return path


def _kept_rows(segment: SegmentFolder, kind: RowKind, size: int) -> IntArray:
    gone, _ = segment.articles.hashes_of(kind, segment.gone)
    kept = np.ones(size, dtype=bool)
    kept[gone] = False
    return np.flatnonzero(kept)


def _batches(rows: IntArray) -> Iterator[IntArray]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))


def _likeness(
    segments: Sequence[SegmentFolder], numbers: Sequence[dict[int, int]]
) -> LikenessKeys | None:
    keys, renumbered = [], []
    for each, now_by_before in zip(segments, numbers, strict=True):
        if (known := each.likeness) is None:
            return None
        now = np.zeros(max(now_by_before, default=0) + 1, dtype=np.uint32)
        now[list(now_by_before)] = list(now_by_before.values())
        inside = known.numbers < len(now)
        moved = np.where(inside, now[np.where(inside, known.numbers, 0)], 0).astype(np.uint32)
        keys.append(known.keys[moved > 0])
        renumbered.append(moved[moved > 0])
    return LikenessKeys.of(np.concatenate(keys), np.concatenate(renumbered))
