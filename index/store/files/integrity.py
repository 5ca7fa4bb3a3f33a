"""The generation in service: which it is, and whether its files are whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import DamagedIndex, NoIndex, Problem
from index.store.files.layout import Layout
from index.store.files.manifest import REBUILD, FileManifest


def current_id(data_dir: Path) -> str | None:
    """Id of the generation in service; None if nothing was ever built. Raises DamagedIndex."""
    return Layout(data_dir).current_id()


def find_current(data_dir: Path) -> tuple[Path, FileManifest]:
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
        manifest = FileManifest.open(folder)
    except DamagedIndex:
        if layout.current_id() != generation:
            return find_current(data_dir)
        raise
    if manifest.id != generation:
        raise DamagedIndex("generation-other", subject=folder, generation=manifest.id)
    return folder, manifest


def verify(data_dir: Path) -> FileManifest:
    """Verify every byte of the generation in service. Raises NoIndex, DamagedIndex."""
    layout = Layout(data_dir)
    _, manifest = find_current(data_dir)
    with forget_verified_on_damage(layout):
        check_whole(layout, manifest)
    return manifest


def check_whole(layout: Layout, manifest: FileManifest, remedy: Problem = REBUILD) -> None:
    """Verify every byte of a generation and its segments. Raises DamagedIndex, ending in
    `remedy`."""
    manifest.check(layout.folder(manifest.id), whole=True, remedy=remedy)
    for segment in manifest.segments:
        folder = layout.segment(manifest, segment)
        FileManifest.open(folder, remedy).check(folder, whole=True, remedy=remedy)


@contextmanager
def forget_verified_on_damage(layout: Layout) -> Iterator[None]:
    """On damage, make the next build read every file again."""
    try:
        yield
    except DamagedIndex:
        with suppress(OSError):
            layout.verified_path.unlink(missing_ok=True)
        raise
