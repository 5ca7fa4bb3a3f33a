"""Watching of files and folders for relevant changes."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from watchfiles import Change, watch

from bot.terminal.watch.watcher import ChangeSignal, StopSignal
from index.formats.table import suffix_of

# Milliseconds without a change after which a group is complete, and its maximum duration.
QUIET_MS, GROUP_MS = 300, 3000

_LOOK = 1000  # milliseconds between checks of the folders themselves
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp", ".swx")

logger = logging.getLogger(__name__)

Identity = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Matters:
    """Predicate of changes that may concern articles.

    Includes files of known formats, deletions, and new folders, which may contain such files;
    excludes hidden files, temporary files of editors and downloads, and anything below
    `ignored_paths`.
    """

    roots: Sequence[Path]
    ignored_paths: Sequence[Path]

    def __call__(self, change: Change, path: str) -> bool:
        place = Path(path)
        if any(place.is_relative_to(ignored) for ignored in self.ignored_paths) or self._hidden(
            place
        ):
            return False
        name = place.name.lower()
        if name.startswith(("~$", "#")) or name.endswith(("~", *_UNFINISHED)):
            return False
        if suffix_of(name) is not None or change is Change.deleted:
            return True
        return change is Change.added and place.is_dir()

    def _hidden(self, place: Path) -> bool:
        for root in self.roots:
            if place.is_relative_to(root):
                return any(part.startswith(".") for part in place.relative_to(root).parts)
        return False


@dataclass(frozen=True, slots=True)
class Folders:
    """Watches paths in a thread until the stop signal.

    Waits for paths that disappear. If system notifications are unavailable, calls `tell_polling`
    with the reason and scans the folders instead.
    """

    paths: Sequence[Path]
    ignored_paths: Sequence[Path]
    changes: ChangeSignal
    stop: StopSignal
    tell_polling: Callable[[str], None]
    quiet: int = QUIET_MS

    def follow(self) -> None:
        roots = [Path(os.path.abspath(path)) for path in self.paths]  # noqa: PTH100 - as named
        polling = False
        while not self.stop.is_set():
            try:
                self._follow(roots, polling=polling)
            except FileNotFoundError:  # it disappeared just before watching: wait for it
                self.stop.wait(_LOOK / 1000)
            except (OSError, RuntimeError) as error:
                logger.debug("Cannot follow", exc_info=error)
                if not polling:
                    self.tell_polling(" ".join(str(error).split())[:200])
                polling = True
                self.stop.wait(_LOOK / 1000)

    def _follow(self, roots: Sequence[Path], *, polling: bool) -> None:
        """Watch until a root appears, disappears or is replaced, and must be watched anew."""
        before = [_identity(root) for root in roots]
        there = [root for root, identity in zip(roots, before, strict=True) if identity]

        def others() -> bool:
            return [_identity(root) for root in roots] != before

        if there:
            self._heed(there, others, polling)
        while not there and not others() and not self.stop.wait(_LOOK / 1000):
            pass
        self.changes.mark()

    def _heed(self, there: Sequence[Path], others: Callable[[], bool], polling: bool) -> None:
        """Mark changes below these paths, until one disappears or `others` returns True."""
        matters = Matters(there, self.ignored_paths)
        groups = watch(
            *there,
            watch_filter=None,  # wake at irrelevant changes too, to check the roots
            debounce=max(GROUP_MS, self.quiet),
            step=self.quiet,
            stop_event=self.stop,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            raise_interrupt=False,
            force_polling=polling,
            poll_delay_ms=_LOOK,
            ignore_permission_denied=True,
        )
        with closing(groups):
            for number, group in enumerate(groups):
                # Changes before the watch was ready are not reported.
                if not number or any(matters(change, path) for change, path in group):
                    self.changes.mark()
                has_deletion = any(
                    change is Change.deleted and Path(path) in there for change, path in group
                )
                if has_deletion or others():
                    return


def _identity(path: Path) -> Identity:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
