"""The generation before, back in service."""

from __future__ import annotations

from pathlib import Path

from index.errors import DamagedIndex, NoIndex, StoreError
from index.store.files.layout import Layout, storing
from index.store.files.lock import build_lock
from index.store.files.manifest import Manifest


def rollback(data_dir: Path) -> Manifest:
    """Put the generation before the one in service back, if every byte of it is as it was written.

    Readers switch to it as they do to a new one. The one put aside stays on disk until a build
    succeeds. Raises NoIndex, BuildLocked, StoreError where there is nothing before, DamagedIndex:
    the index in service then stays as it was.
    """
    layout = Layout(data_dir)
    current = _current(layout)
    if current is None and not layout.whole():
        raise NoIndex(f"{data_dir}: nothing is indexed here yet; run `selon index`")
    with build_lock(layout.root):
        current = _current(layout)
        before = layout.before(current)
        if before is None:
            raise StoreError(
                f"{layout.generations}: {current or 'the index'} has no generation before it; "
                "there is nothing to go back to"
            )
        folder = layout.folder(before)
        remedy = "the generation before cannot be put back; rebuild the index with `selon index`"
        manifest = Manifest.open(folder, remedy)
        manifest.check(folder, whole=True, remedy=remedy)
        with storing(layout.current):
            layout.switch(before)
    return manifest


def _current(layout: Layout) -> str | None:
    """What CURRENT names; None also where that is unreadable, which is a reason to go back."""
    try:
        return layout.current_id()
    except DamagedIndex:
        return None
