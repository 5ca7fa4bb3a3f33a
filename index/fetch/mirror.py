"""The stored articles of a source: files of one folder, and their ledger."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Literal, Self

from filelock import FileLock, Timeout

from index.errors import FetchError
from index.fetch.gatherer import GatheredAddress
from index.fetch.shelf import (
    LOCK,
    FetchedFile,
    FetchLedger,
    disk_errors_of,
    file_name,
    replace_file,
)
from index.fetch.source import MissingItem, SourceContext, SourceItem

_SAVE_SECONDS = 2.0
_SAVE_SHARE = 10  # saving takes at most a tenth of the time
_LOCK_SECONDS = 0.2


class Mirror:
    """Stores what a source yields. Open it for one reading; `cursor` is the reader's own, and is
    saved with the files stored before.

    Killed at any moment, the next reading stores what the ledger lacks again under the same name:
    no article is lost or doubled.
    """

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._folder = context.folder
        self._lock = FileLock(self._folder / LOCK, timeout=_LOCK_SECONDS)
        self._removals: dict[str, Path] = {}
        self._unsynced: list[Path] = []
        self._due = 0.0

    def __enter__(self) -> Self:
        with disk_errors_of(str(self._folder)):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire()
            except Timeout as error:
                raise FetchError("source-busy", subject=self._folder.name) from error
            self._ledger = FetchLedger(self._folder)
            for partial in self._folder.glob(".*.tmp"):  # of a reading that was killed
                partial.unlink(missing_ok=True)
        self.cursor: dict[str, Any] = self._ledger.cursor
        self._names: dict[str, str] = {}
        self._versions: dict[str, str] = {}
        for name in self._ledger.names:
            file = self._ledger.of(name)
            if file.key is not None:
                self._names[file.key] = name
                # A file that somebody deleted is fetched again.
                if not file.sha256 or file.expired or (self._folder / name).is_file():
                    self._versions[file.key] = file.version or ""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    @property
    def versions(self) -> Mapping[str, str]:
        """The versions of what is stored, or known as unpublished, by key."""
        return MappingProxyType(self._versions)

    def store(self, items: Iterable[SourceItem | MissingItem]) -> Iterator[GatheredAddress]:
        """Store items as they come; yield what has changed."""
        try:
            for item in items:
                with disk_errors_of(str(self._folder)):
                    state = self._drop(item) if _is_absent(item) else self._put(item)
                if state is not None:
                    file = self._folder / self._names.get(item.key, "")
                    shown = item.url if isinstance(item, SourceItem) and item.url else item.key
                    yield GatheredAddress(shown, state, file)
                if time.monotonic() > self._due:
                    self._save()
        finally:
            self._save()

    def _put(self, item: SourceItem | MissingItem) -> Literal["added", "updated", "unchanged"]:
        assert isinstance(item, SourceItem)
        assert item.body is not None
        before = self._names.get(item.key)
        name = before or file_name(item.key, item.suffix, item.name or item.url)
        if not name.endswith(item.suffix):
            self._removals[name] = self._folder / name
            self._ledger.drop(name)
            name = file_name(item.key, item.suffix, item.name or item.url)
        path, digest = self._folder / name, hashlib.sha256(item.body).hexdigest()
        had = before == name and path.is_file()
        same = had and self._ledger.of(name).sha256 == digest
        self._removals.pop(name, None)
        if same:
            path.touch()  # newer than a removal that was not completed: see `bot.library.sources`
        else:
            replace_file(path, item.body, is_durable=False)
            self._unsynced.append(path)
        self._note(name, item, digest)
        return "unchanged" if same else "updated" if had else "added"

    def _drop(self, item: SourceItem | MissingItem) -> Literal["removed"] | None:
        """Remove what is missing or unpublished; of the latter, its version stays known."""
        name = self._names.get(item.key)
        had = name is not None and (self._folder / name).is_file()
        if name is not None:
            self._removals[name] = self._folder / name
        if isinstance(item, SourceItem):
            self._note(name or file_name(item.key, item.suffix, item.name or item.url), item, "")
        elif name is not None:
            self._ledger.drop(name)
            self._versions.pop(item.key, None)
        return "removed" if had else None

    def _note(self, name: str, item: SourceItem, digest: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        entry = FetchedFile(item.url, digest, at, key=item.key, version=item.version)
        self._ledger.put(name, entry)
        self._names[item.key], self._versions[item.key] = name, item.version

    def _save(self) -> None:
        """Hide the articles of the files to remove, then remove these, then write the ledger."""
        began = time.monotonic()
        with disk_errors_of(str(self._folder)):
            if self._removals:
                self._context.hide([path for path in self._removals.values() if path.is_file()])
                for path in self._removals.values():
                    path.unlink(missing_ok=True)
                self._removals.clear()
            for path in filter(Path.is_file, self._unsynced):  # together, which is faster
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            self._unsynced.clear()
            self._ledger.save()
        now = time.monotonic()
        self._due = now + max(_SAVE_SECONDS, _SAVE_SHARE * (now - began))


def _is_absent(item: SourceItem | MissingItem) -> bool:
    return isinstance(item, MissingItem) or item.body is None
