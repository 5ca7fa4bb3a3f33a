"""Find and open the generation in service: one folder, or several segments."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from index.errors import DamagedIndex, NoIndex, Problem
from index.store.files.generation import Generation
from index.store.files.layout import Hold, Layout
from index.store.files.manifest import REBUILD, Manifest
from index.store.files.reusable import ReusableFiles, VerifiedFiles
from index.store.files.segments import SegmentedGeneration
from index.store.files.tombstones import Tombstones
from index.store.reader import check_model

OpenGeneration: TypeAlias = "Generation | SegmentedGeneration"

# Segments that this process has open, shared by generations: an addition opens only what it adds.
_SEGMENTS: weakref.WeakValueDictionary[Path, Generation] = weakref.WeakValueDictionary()
_OPENING = threading.Lock()


def current_id(data_dir: Path) -> str | None:
    """Id of the generation in service; None if nothing was ever built. Raises DamagedIndex."""
    return Layout(data_dir).current_id()


def open_generation(data_dir: Path, *, model: str, dimension: int) -> OpenGeneration:
    """Open the generation in service for questions embedded by this model. Raises NoIndex,
    DamagedIndex, ModelMismatch."""
    folder, manifest = find_current(data_dir)
    try:
        check_model(manifest, folder, model, dimension)
        return _open(Layout(data_dir), manifest)
    except DamagedIndex:
        if current_id(data_dir) == manifest.id:
            raise
        # Two builds have ended since CURRENT was read, and removed this generation.
        return open_generation(data_dir, model=model, dimension=dimension)


def verify(data_dir: Path) -> Manifest:
    """Verify every byte of the generation in service. Raises NoIndex, DamagedIndex."""
    layout = Layout(data_dir)
    _, manifest = find_current(data_dir)
    with _forget_verified_on_damage(layout):
        check_whole(layout, manifest)
    return manifest


def check_whole(layout: Layout, manifest: Manifest, remedy: Problem = REBUILD) -> None:
    """Verify every byte of a generation and its segments. Raises DamagedIndex, ending in
    `remedy`."""
    manifest.check(layout.folder(manifest.id), whole=True, remedy=remedy)
    for each in manifest.segments:
        folder = layout.segment(manifest, each)
        Manifest.open(folder, remedy).check(folder, whole=True, remedy=remedy)


@contextmanager
def _forget_verified_on_damage(layout: Layout) -> Iterator[None]:
    """On damage, make the next build read every file again."""
    try:
        yield
    except DamagedIndex:
        with suppress(OSError):
            layout.verified_path.unlink(missing_ok=True)
        raise


def open_reusable(layout: Layout) -> ReusableFiles:
    """The generation in service for a build, with all files verified. Raises NoIndex,
    DamagedIndex."""
    return _open_reusable(layout, find_current(layout.data_dir)[1])


def open_newer(layout: Layout) -> ReusableFiles | None:
    """The newest generation that a rollback put aside, if any; see `open_reusable`."""
    newest = max(layout.whole(), default=None)
    if newest is None or newest <= (layout.current_id() or newest):
        return None
    return _open_reusable(layout, Manifest.open(layout.folder(newest)))


def _open_reusable(layout: Layout, manifest: Manifest) -> ReusableFiles:
    checks = VerifiedFiles(layout)
    checks.check(layout.folder(manifest.id), manifest)
    for each in manifest.segments:
        folder = layout.segment(manifest, each)
        checks.check(folder, Manifest.open(folder))
    checks.save()
    return ReusableFiles.open(layout, manifest)


def find_current(data_dir: Path) -> tuple[Path, Manifest]:
    """Folder and manifest of the generation in service. Raises NoIndex, DamagedIndex."""
    layout = Layout(data_dir)
    generation = layout.current_id()
    if generation is None:
        raise NoIndex("no-index", subject=data_dir)
    folder = layout.folder(generation)
    if not folder.is_dir():
        if layout.current_id() != generation:  # replaced twice in between
            return find_current(data_dir)
        raise DamagedIndex("generation-missing", subject=layout.current, generation=generation)
    try:
        manifest = Manifest.open(folder)
    except DamagedIndex:
        if layout.current_id() != generation:
            return find_current(data_dir)
        raise
    if manifest.id != generation:
        raise DamagedIndex("generation-other", subject=folder, generation=manifest.id)
    return folder, manifest


def _open(layout: Layout, manifest: Manifest) -> OpenGeneration:
    folder = layout.folder(manifest.id)
    with _forget_verified_on_damage(layout), ExitStack() as stack:
        if not manifest.segments:
            return open_folder(folder, manifest)
        stack.callback(Hold(folder).release)  # until the segments hold themselves
        manifest.check(folder, whole=False)
        segments = [_open_segment(layout.segment(manifest, each)) for each in manifest.segments]
        return SegmentedGeneration(manifest, segments, Tombstones.open(folder))


def _open_segment(folder: Path) -> Generation:
    with _OPENING:
        segment = _SEGMENTS.get(folder)
        if segment is None:
            segment = open_folder(folder, Manifest.open(folder))
            _SEGMENTS[folder] = segment
        return segment


def open_folder(folder: Path, manifest: Manifest) -> Generation:
    hold = Hold(folder)  # first, so that what is checked stays
    try:
        manifest.check(folder, whole=False)
        return Generation(folder, manifest, hold)
    except BaseException:
        hold.release()
        raise
