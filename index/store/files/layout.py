"""Paths of the index in a data directory, and durable changes there.

<data dir>/index/
  CURRENT               id of the generation in service
  generations/<id>/     complete and immutable
  generations/.<id>/    being built, or left by a killed build
  segments/<id>/        written by an addition, for the generations that refer to it
  verified              files that builds have verified
  failures              files that gave no article (see `index.ingestion.readings`)
  resume/               vectors of an interrupted build
  lock, lock.holder     one builder at a time
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.errors import BuildLocked, DamagedIndex, Problem, StoreError, reason_of
from index.store.disk import flush, replace_file, translate_disk_errors
from index.store.files.manifest import GENERATION_ID, ID_TIME, MANIFEST_NAME, FileManifest

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_LAST = "9"  # sorts after every id
_LONGEST_ID = 200  # characters read from CURRENT


class Hold:
    """A shared lock on a generation, until released. A missing folder or a file system
    without locks is no error here: opening will tell."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = _lock(folder, shared=True, wait=True)

    def release(self) -> None:
        """Releasing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def when_unread(folder: Path) -> Iterator[bool]:
    """Yield True if nobody holds the folder; nobody can while this lasts."""
    manifest = folder / MANIFEST_NAME
    if fcntl is None or not manifest.is_file():
        yield True
        return
    descriptor = _lock(folder, shared=False, wait=False)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(folder: Path, *, shared: bool, wait: bool) -> int | None:
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder / MANIFEST_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def new_id(now: datetime, last: str | None = None) -> str:
    """An id that sorts by time, and after `last` even if the clock went back."""
    moment = now.astimezone(UTC)
    if last is not None:
        after = datetime.strptime(last, ID_TIME).replace(tzinfo=UTC) + timedelta(microseconds=1)
        moment = max(moment, after)
    return moment.strftime(ID_TIME)


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system releases it if the process dies. Raises BuildLocked naming
    the process that holds it, StoreError if the folder is unusable."""
    from filelock import FileLock, Timeout  # imports asyncio

    holder = folder / "lock.holder"
    with translate_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            with suppress(OSError, ValueError, KeyError, TypeError):
                record = json.loads(holder.read_text(encoding="utf-8"))
                moment = datetime.fromisoformat(record["since"]).astimezone()
                since = f"{moment:%Y-%m-%d %H:%M:%S}"
                problem = Problem("build-locked-by", process=int(record["pid"]), since=since)
                raise BuildLocked(problem, subject=folder) from error
            raise BuildLocked("build-locked", subject=folder) from error
    try:
        with translate_disk_errors(holder):
            holder.write_text(
                json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat()}),
                encoding="utf-8",
            )
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


class Layout:
    """The index of a data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "index"
        self.current = self.root / "CURRENT"
        self.generations = self.root / "generations"
        self.segments = self.root / "segments"
        self.resume = self.root / "resume"
        self.verified_path = self.root / "verified"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the build lock, after removing unfinished work. Raises BuildLocked, StoreError."""
        with build_lock(self.root):
            with translate_disk_errors(self.generations):
                self.generations.mkdir(exist_ok=True)
                self.segments.mkdir(exist_ok=True)
                for folder in self._folders():
                    if folder.name[0] == ".":
                        shutil.rmtree(folder, ignore_errors=True)
            yield

    def next_id(self) -> str:
        """An id for a new generation or segment."""
        segment_ids = (folder.name.removeprefix(".") for folder in self._folders(self.segments))
        return new_id(datetime.now(UTC), max((*self.whole(), *segment_ids), default=None))

    def folder(self, generation: str) -> Path:
        return self.generations / generation

    def temporary_folder(self, generation: str) -> Path:
        return self.generations / f".{generation}"

    def segment(self, generation: FileManifest, segment: str) -> Path:
        """The folder of a segment of this generation; its base is a generation."""
        base = not generation.segments or segment == generation.segments[0]
        return (self.generations if base else self.segments) / segment

    def current_id(self) -> str | None:
        """The id in CURRENT; None if nothing was ever built. Raises DamagedIndex, StoreError."""
        try:
            with self.current.open(encoding="utf-8", errors="replace") as file:
                name = file.read(_LONGEST_ID).strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StoreError(
                "store-unreadable", subject=self.current, reason=reason_of(error)
            ) from error
        if not GENERATION_ID.fullmatch(name):
            raise DamagedIndex("no-generation-named", subject=self.current, name=name[:40])
        return name

    def adopt(self, temporary: Path) -> None:
        """Make a finished generation or segment durable under its name; not yet in service."""
        for path in (*temporary.rglob("*"), temporary):
            flush(path)
        temporary.rename(temporary.with_name(temporary.name.removeprefix(".")))
        flush(temporary.parent)

    def switch(self, generation: str) -> None:
        """Put a generation in service, atomically for readers."""
        replace_file(self.current, f"{generation}\n", durable=True)

    def whole(self) -> list[str]:
        """Ids of finished generations, oldest first."""
        try:
            names = [folder.name for folder in self.generations.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(name for name in names if GENERATION_ID.fullmatch(name))

    def before(self, generation: str | None) -> str | None:
        """The generation before this one, or the last one for None (CURRENT is unreadable)."""
        return max((name for name in self.whole() if name < (generation or _LAST)), default=None)

    def replaced_id(self) -> str | None:
        """The generation that a new one replaces; the last one if CURRENT is unreadable."""
        try:
            return self.current_id()
        except DamagedIndex:
            return self.before(None)

    def clean(self, current: str, before: str | None) -> None:
        """Remove all generations and segments but these and theirs, unless being read."""
        try:
            segments = [
                FileManifest.open(self.folder(name)).segments for name in (current, before) if name
            ]
        except DamagedIndex:
            return  # their segments are unknown
        needed = {current, before}.union(*segments)
        for folder in self._folders():
            if folder.name in needed:
                continue
            with when_unread(folder) as free:
                if free:  # hide it first, so that a half-removed folder is no generation
                    if folder.name[0] != ".":
                        folder = folder.rename(folder.with_name(f".{folder.name}"))
                    shutil.rmtree(folder, ignore_errors=True)

    def _folders(self, *parents: Path) -> list[Path]:
        """Folders of generations and segments (or of one kind), finished or not."""
        folders: list[Path] = []
        for parent in parents or (self.generations, self.segments):
            with suppress(FileNotFoundError):
                folders += parent.iterdir()
        return [
            folder for folder in folders if GENERATION_ID.fullmatch(folder.name.removeprefix("."))
        ]
