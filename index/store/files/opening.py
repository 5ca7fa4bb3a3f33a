"""Open the generation in service, for questions or for a build."""

from __future__ import annotations

import threading
import weakref
from contextlib import ExitStack
from pathlib import Path

from index.errors import DamagedIndex
from index.models.base import Embedder
from index.store.files.generation import FileGeneration, Tombstones
from index.store.files.integrity import current_id, find_current, forget_verified_on_damage
from index.store.files.layout import Hold, Layout
from index.store.files.manifest import FileManifest
from index.store.files.previous import FilePrevious, VerifiedFiles
from index.store.files.segment import FileSegment
from index.store.generation import check_model

# Segments that this process has open, shared by generations: an addition opens only what it adds.
_SEGMENTS: weakref.WeakValueDictionary[Path, FileSegment] = weakref.WeakValueDictionary()
_OPENING = threading.Lock()


def open_generation(data_dir: Path, embedder: Embedder | None = None) -> FileGeneration:
    """See `index.store.base.IndexStore.open`."""
    folder, manifest = find_current(data_dir)
    try:
        check_model(manifest, folder, embedder)
        return _open(Layout(data_dir), manifest)
    except DamagedIndex:
        if current_id(data_dir) == manifest.id:
            raise
        # Two builds have ended since CURRENT was read, and removed this generation.
        return open_generation(data_dir, embedder)


def open_previous(layout: Layout) -> FilePrevious:
    """The generation in service for a build, with all files verified. Raises NoIndex,
    DamagedIndex."""
    return _open_previous(layout, find_current(layout.data_dir)[1])


def open_newer(layout: Layout) -> FilePrevious | None:
    """The newest generation that a rollback put aside, if any; see `open_previous`."""
    newest = max(layout.whole(), default=None)
    if newest is None or newest <= (layout.current_id() or newest):
        return None
    return _open_previous(layout, FileManifest.open(layout.folder(newest)))


def _open_previous(layout: Layout, manifest: FileManifest) -> FilePrevious:
    checks = VerifiedFiles(layout)
    checks.check(layout.folder(manifest.id), manifest)
    for segment in manifest.segments:
        folder = layout.segment(manifest, segment)
        checks.check(folder, FileManifest.open(folder))
    checks.save()
    return FilePrevious.open(layout, manifest)


def _open(layout: Layout, manifest: FileManifest) -> FileGeneration:
    folder, tombstones = layout.folder(manifest.id), Tombstones()
    with forget_verified_on_damage(layout), ExitStack() as stack:
        if manifest.segments:
            stack.callback(Hold(folder).release)  # until the segments hold themselves
            manifest.check(folder, whole=False)
            tombstones = Tombstones.open(folder)
        segments = [
            _open_segment(layout.segment(manifest, segment))
            for segment in manifest.segments or (manifest.id,)
        ]
        return FileGeneration(manifest, segments, tombstones)


def _open_segment(folder: Path) -> FileSegment:
    with _OPENING:
        segment = _SEGMENTS.get(folder)
        if segment is None:
            segment = _SEGMENTS[folder] = open_folder(folder, FileManifest.open(folder))
        return segment


def open_folder(folder: Path, manifest: FileManifest) -> FileSegment:
    hold = Hold(folder)  # first, so that what is checked stays
    try:
        manifest.check(folder, whole=False)
        return FileSegment(folder, manifest, hold)
    except BaseException:
        hold.release()
        raise
