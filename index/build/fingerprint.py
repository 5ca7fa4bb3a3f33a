"""What tells whether files would still be read and cut as they were when the index was built."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from index.errors import Problem
from index.formats.base import Options, Skipped, Source

DISTRIBUTION = "selon"


_NAME = re.compile(r"[\w.-]+")


def rules(options: Options | None = None) -> str:
    """Equal as long as the same bytes would give the same articles and the same passages.

    It covers this package's own code, the versions of the libraries that Selon asks for, the
    options, and whether there is a `tesseract` to read scans with.
    """
    chosen = options or Options()
    told = [_code(), _libraries(), dict(chosen.fields), chosen.ocr, shutil.which("tesseract")]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()


@cache
def _code() -> str:
    """Every module of the package, so that no number has to be raised by hand when one changes."""
    digest = hashlib.blake2b(digest_size=16)
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def _libraries() -> list[str]:
    try:
        asked = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return []
    return [f"{name} {_version(name)}" for name in sorted(map(_named, asked))]


def _named(requirement: str) -> str:
    match = _NAME.match(requirement)
    return match.group() if match else requirement


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class Look:
    """A file's bytes at one moment: their digest, None where they could not be read."""

    stamp: tuple[int, int, int] | None
    digest: bytes | None

    def holds(self, path: Path) -> bool:
        """Whether nothing says that the file has changed since."""
        return self.stamp == _stamp(path)


def look_at(path: Path) -> Look:
    stamp = _stamp(path)  # before the bytes: a change in between is then seen
    return Look(stamp, _digest(path))


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file gave: the ids of its articles, in order, and what of it was skipped.

    `digest` is that of its bytes; None where they cannot be relied on (it changed while it was
    read, or an article of it met another of the same id): such a file is read again.
    """

    location: str
    shown: str
    url: str | None
    digest: bytes | None
    articles: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def failed(self) -> bool:
        """Nothing came of it; the reason may have passed (permissions, time, a missing program)."""
        return not self.articles

    def of(self, source: Source, look: Look) -> bool:
        """Whether reading this source again would give the same, however the file is shown now."""
        return (
            not self.failed
            and look.digest is not None
            and (self.digest, self.url) == (look.digest, source.url)
        )

    def shown_as(self, shown: str) -> FileReading:
        """The same, from a folder where the file is shown another way."""
        if shown == self.shown:
            return self
        skipped = (
            replace(each, shown=shown + each.shown.removeprefix(self.shown))
            for each in self.skipped
        )
        return replace(self, shown=shown, skipped=tuple(skipped))

    def values(self) -> tuple[object, ...]:
        """As the table `sources` has them."""
        skipped = json.dumps([_written(each) for each in self.skipped])
        articles = json.dumps(self.articles)
        return (self.location, self.shown, self.url, self.digest, articles, skipped)

    @classmethod
    def noted(cls, values: tuple[Any, ...]) -> FileReading:
        location, shown, url, digest, articles, skipped = values
        said = tuple(_skipped(*each) for each in json.loads(skipped))
        return cls(location, shown, url, digest, tuple(json.loads(articles)), said)


def _written(skipped: Skipped) -> tuple[object, ...]:
    at = skipped.at.as_json() if skipped.at else None
    return (skipped.shown, skipped.problem.as_json(), at)


def _skipped(shown: str, problem: dict[str, Any], at: dict[str, Any] | None) -> Skipped:
    return Skipped(shown, Problem.from_json(problem), Problem.from_json(at) if at else None)


def _digest(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
