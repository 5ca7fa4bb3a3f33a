"""Where the index lies in a data directory, and how files are put there to stay.

<data dir>/index/
  CURRENT               the id of the generation in service
  generations/<id>/     whole, and never changed again
  generations/.<id>/    being built, or left by a build that was killed
  segments/<id>/        what one addition wrote, for the generations that name it
  verified              the files that builds have found whole, for them not to read them again
  rules                 what articles are read and cut by (see `index.build.fingerprint`)
  resume/               vectors of a build that did not end, for the next one
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

from filelock import FileLock, Timeout

from index.errors import BuildLocked, DamagedIndex, Problem, StoreError, reason_of
from index.store.disk import translate_disk_errors
from index.store.files.manifest import GENERATION_ID, ID_TIME, MANIFEST_NAME, Manifest

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_LAST = "9"  # sorts after every id
_LONGEST_ID = 200  # characters of CURRENT that are read and shown


class Hold:
    """A reader's share in a generation, until it is released. Takes it at once or when it may.

    A folder that is gone, or a file system without locks, is held by nobody: opening says the rest.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = _locked(folder, shared=True, wait=True)

    def release(self) -> None:
        """Releasing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def when_unread(folder: Path) -> Iterator[bool]:
    """Whether nobody holds the folder, which nobody can while this lasts."""
    manifest = folder / MANIFEST_NAME
    if fcntl is None or not manifest.is_file():
        yield True
        return
    descriptor = _locked(folder, shared=False, wait=False)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path, *, shared: bool, wait: bool) -> int | None:
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
    """An id that sorts by time, and after the `last` one even where the clock was put back."""
    moment = now.astimezone(UTC)
    if last is not None:
        after = datetime.strptime(last, ID_TIME).replace(tzinfo=UTC) + timedelta(microseconds=1)
        moment = max(moment, after)
    return moment.strftime(ID_TIME)


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. The system frees it with its process, however that ends.

    Raises BuildLocked naming the process that holds it, StoreError when the folder cannot be used.
    """
    holder = folder / "lock.holder"
    with translate_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            with suppress(OSError, ValueError, KeyError, TypeError):
                noted = json.loads(holder.read_text(encoding="utf-8"))
                since = f"{datetime.fromisoformat(noted['since']).astimezone():%Y-%m-%d %H:%M:%S}"
                known = Problem("build-locked-by", process=int(noted["pid"]), since=since)
                raise BuildLocked(known, shown=folder) from error
            raise BuildLocked("build-locked", shown=folder) from error
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
    """The paths of the index of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.root = data_dir / "index"
        self.current = self.root / "CURRENT"
        self.generations = self.root / "generations"
        self.segments = self.root / "segments"
        self.resume = self.root / "resume"
        self.verified = self.root / "verified"
        self._next = self.root / "CURRENT.new"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Build alone, after what other builds left unfinished is removed.

        Raises BuildLocked, StoreError.
        """
        with build_lock(self.root):
            with translate_disk_errors(self.generations):
                self.generations.mkdir(exist_ok=True)
                self.segments.mkdir(exist_ok=True)
                for folder in (*self._own(), *self._own(self.segments)):
                    if folder.name[0] == ".":
                        shutil.rmtree(folder, ignore_errors=True)
                self._next.unlink(missing_ok=True)
            yield

    def next_id(self) -> str:
        """An id for a new generation, or for the segment that is written for it."""
        known = (each.name.removeprefix(".") for each in self._own(self.segments))
        return new_id(datetime.now(UTC), max((*self.whole(), *known), default=None))

    def folder(self, generation: str) -> Path:
        return self.generations / generation

    def unfinished(self, generation: str) -> Path:
        return self.generations / f".{generation}"

    def segment(self, generation: Manifest, segment: str) -> Path:
        """The folder of a segment of this generation: its base was a generation of its own."""
        base = not generation.segments or segment == generation.segments[0]
        return (self.generations if base else self.segments) / segment

    def unfinished_segment(self, segment: str) -> Path:
        return self.segments / f".{segment}"

    def adopt_segment(self, segment: str) -> None:
        """Give a finished segment its name, whole on disk, for a generation to name."""
        self._keep(self.unfinished_segment(segment), self.segments / segment)

    def current_id(self) -> str | None:
        """What CURRENT names; None where nothing was ever built.

        Raises DamagedIndex, StoreError.
        """
        try:
            with self.current.open(encoding="utf-8", errors="replace") as file:
                name = file.read(_LONGEST_ID).strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StoreError(
                "store-unreadable", shown=self.current, reason=reason_of(error)
            ) from error
        if not GENERATION_ID.fullmatch(name):
            raise DamagedIndex("no-generation-named", shown=self.current, name=name[:40])
        return name

    def adopt(self, generation: str) -> None:
        """Give a finished generation its name, whole on disk; it is not in service yet."""
        self._keep(self.unfinished(generation), self.folder(generation))

    @staticmethod
    def _keep(unfinished: Path, folder: Path) -> None:
        for path in (*unfinished.rglob("*"), unfinished):
            _flush(path)
        unfinished.rename(folder)
        _flush(folder.parent)

    def switch(self, generation: str) -> None:
        """Put a generation in service: readers see the one before or this one, never less."""
        self._next.write_text(f"{generation}\n", encoding="utf-8")
        _flush(self._next)
        self._next.replace(self.current)
        _flush(self.root)

    def whole(self) -> list[str]:
        """The generations that were finished, oldest first."""
        try:
            names = [each.name for each in self.generations.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(name for name in names if GENERATION_ID.fullmatch(name))

    def before(self, generation: str | None) -> str | None:
        """The generation made before this one; None, and where CURRENT is unreadable, the last."""
        return max((each for each in self.whole() if each < (generation or _LAST)), default=None)

    def replaced(self) -> str | None:
        """The generation that a new one would replace: where CURRENT is unreadable, the last."""
        try:
            return self.current_id()
        except DamagedIndex:
            return self.before(None)

    def clean(self, current: str, before: str | None) -> None:
        """Remove all but these that nobody reads; what is read goes another time."""
        try:
            unwanted = [
                Manifest.open(self.folder(each)).segments for each in (current, before) if each
            ]
        except DamagedIndex:
            return  # what it names is not known
        kept = {current, before}.union(*unwanted)
        for folder in (*self._own(), *self._own(self.segments)):
            if folder.name in kept:
                continue
            with when_unread(folder) as free:
                if free:  # out of sight at once, so that what is half removed is no generation
                    if folder.name[0] != ".":
                        folder = folder.rename(folder.with_name(f".{folder.name}"))
                    shutil.rmtree(folder, ignore_errors=True)

    def _own(self, below: Path | None = None) -> list[Path]:
        """The folders of generations, or of segments, whole or not; nothing else that lies
        there."""
        try:
            folders = list((below or self.generations).iterdir())
        except FileNotFoundError:
            return []
        return [each for each in folders if GENERATION_ID.fullmatch(each.name.removeprefix("."))]


def _flush(path: Path) -> None:
    """Have the disk hold what was written to a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
