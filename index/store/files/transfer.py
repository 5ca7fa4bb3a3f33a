"""Export, import and roll back an index in files, with full checks."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.errors import DamagedIndex, NoIndex, Problem, StoreError, reason_of
from index.store.article_writer import has_own_schema
from index.store.articles import ARTICLES_FILE
from index.store.disk import translate_disk_errors
from index.store.files.integrity import check_whole, find_current
from index.store.files.layout import Hold, Layout, build_lock
from index.store.files.manifest import MANIFEST_NAME, FileManifest
from index.store.files.opening import open_folder
from index.store.files.previous import FilePrevious
from index.store.files.segment import MORE_NAMES, NAMES
from index.store.files.segment_writer import SegmentWriter, merge_segments
from index.store.open_generation import refuse_withdrawn

_AGAIN = Problem("remedy-export")
_COPY_AGAIN = Problem("remedy-copy")
_PARTIAL = ".selon-partial"
# Errors from opening a generation with forged numbers or texts.
_FORGED = (sqlite3.Error, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)


def export_index(data_dir: Path, folder: Path, withdrawn_ids: Collection[str] = ()) -> FileManifest:
    """See `index.store.base.IndexStore.export`."""
    if not may_hold_export(folder):
        raise StoreError("export-not-empty", subject=folder)
    source, manifest = find_current(data_dir)
    layout = Layout(data_dir)
    with ExitStack() as stack:
        for part in (source, *(layout.segment(manifest, name) for name in manifest.segments)):
            stack.callback(Hold(part).release)
        manifest.check(source, whole=False)
        files = stack.enter_context(FilePrevious.open(layout, manifest))
        refuse_withdrawn(files.entries(withdrawn_ids), data_dir)
        partial = stack.enter_context(replace_folder(folder))
        if manifest.segments:
            with closing(SegmentWriter(partial, manifest.id)) as writer:
                manifest = merge_segments(
                    files.segments, writer, manifest, deleted_sources=files.tombstones.sources
                )
        else:
            _copy(manifest, source, partial)
            with _translate_export_errors(partial):
                manifest.save(partial)
        manifest.check(partial, whole=True, remedy=_COPY_AGAIN)
    return manifest


def import_index(folder: Path, data_dir: Path) -> FileManifest:
    """See `index.store.base.IndexStore.take`.

    The generation gets a new id; no roots, which are paths of another machine; and no rules, so
    that a build reuses its vectors, by hash, but rereads its own files.

    The folder is trusted like code: damaged or malformed exports are refused, but whoever made it
    decides what is answered from it.
    """
    manifest = check_export(folder)
    layout = Layout(data_dir)
    with layout.alone():
        manifest = replace(manifest, id=layout.next_id(), roots=(), rules="")
        replaced_id = layout.replaced_id()
        partial = layout.temporary_folder(manifest.id)
        try:
            _copy(manifest, folder, partial)
            with translate_disk_errors(partial):
                manifest.save(partial)
            manifest.check(partial, whole=True, remedy=_COPY_AGAIN)
            with translate_disk_errors(layout.generations):
                layout.adopt(partial)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        with translate_disk_errors(layout.root):
            layout.switch(manifest.id)
            layout.clean(manifest.id, replaced_id)
    return manifest


def check_export(folder: Path) -> FileManifest:
    """Verify an export and return its manifest. Raises DamagedIndex."""
    if not folder.exists():
        raise DamagedIndex("path-missing", subject=folder)
    if not (folder / MANIFEST_NAME).is_file():
        raise DamagedIndex("import-none", subject=folder)
    manifest = FileManifest.open(folder, _AGAIN)
    if not NAMES <= manifest.files.keys() <= MORE_NAMES:
        path = folder / MANIFEST_NAME
        raise DamagedIndex("manifest-field", subject=path, field="files", remedy=_AGAIN)
    manifest.check(folder, whole=True, remedy=_AGAIN)
    try:
        if not has_own_schema(folder / ARTICLES_FILE):
            raise DamagedIndex("import-not-ours", subject=folder / ARTICLES_FILE, remedy=_AGAIN)
        with np.errstate(over="ignore"), open_folder(folder, manifest) as generation:
            generation.articles(limit=1)
    except _FORGED as error:
        manifest_path = folder / MANIFEST_NAME
        raise DamagedIndex("import-not-ours", subject=manifest_path, remedy=_AGAIN) from error
    return manifest


def may_hold_export(folder: Path) -> bool:
    """True if a folder is missing, empty or an earlier export."""
    try:
        if not folder.exists() or not any(folder.iterdir()):
            return True
        files = {MANIFEST_NAME, *FileManifest.open(folder).files}
        others = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
        return all(path.relative_to(folder).as_posix() in files for path in others)
    except OSError as error:
        raise StoreError("export-not-a-folder", subject=folder, reason=reason_of(error)) from error
    except DamagedIndex:
        return False


def _copy(manifest: FileManifest, source: Path, target: Path) -> None:
    with translate_disk_errors(target):
        target.mkdir(parents=True)
        for name in manifest.files:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)


@contextmanager
def _translate_export_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        subject, reason = error.filename or folder, reason_of(error)
        raise StoreError("export-unwritable", subject=subject, reason=reason) from error


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder beside this one that replaces it on success. Killed at any moment, it
    leaves at most what the next call removes, and never removes the only complete export."""
    folder = folder.absolute()  # "." has no name
    partial = folder.with_name(f"{folder.name}{_PARTIAL}")
    old = folder.with_name(f"{partial.name}-old")
    with _translate_export_errors(partial):
        partial.parent.mkdir(parents=True, exist_ok=True)
        if partial.exists():
            shutil.rmtree(partial)
    try:
        yield partial
        with _translate_export_errors(folder):
            if folder.exists():
                if old.exists():  # left by an export killed while removing it
                    shutil.rmtree(old)
                folder.rename(old)
            partial.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def rollback(data_dir: Path) -> FileManifest:
    """See `index.store.base.IndexStore.roll_back`. The generation put aside stays on disk until a
    build succeeds."""
    layout = Layout(data_dir)
    current = _current(layout)
    if current is None and not layout.whole():
        raise NoIndex("no-index", subject=data_dir)
    with build_lock(layout.root):
        current = _current(layout)
        before = layout.before(current)
        if before is None:
            if current is None:
                raise StoreError("generation-none", subject=layout.generations)
            raise StoreError("generation-first", subject=layout.generations, generation=current)
        folder = layout.folder(before)
        remedy = Problem("remedy-rollback")
        manifest = FileManifest.open(folder, remedy)
        check_whole(layout, manifest, remedy)
        with translate_disk_errors(layout.current):
            layout.switch(before)
    return manifest


def _current(layout: Layout) -> str | None:
    """The id in CURRENT; None if it is missing or unreadable, which a rollback mends."""
    try:
        return layout.current_id()
    except DamagedIndex:
        return None
