"""What files gave when they were last read, and whether they would give the same again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import Problem
from index.formats.base import Options, Skipped, Source
from index.formats.publication import has_ended
from index.formats.table import FORMATS

if TYPE_CHECKING:
    from index.store.articles import SourceRow
    from index.store.base import IndexStore

FAILURES = "failures"  # in the workplace of a store
_DIGEST_SIZE = 32  # bytes
_STAMP = struct.Struct(">QqQ")
_SETTLED_NS = 2_000_000_000  # the coarsest file system clock ticks every two seconds
# Raise one when the same input gives another output; each parser's stands in `FORMATS`. The test
# of versions compares the outputs with those recorded.
ARTICLE_VERSION = (
    2  # from what parsers return to articles: `index.formats.conversion` and what it calls
)
PASSAGE_VERSION = 2  # from articles to passages, their sentences, words and signatures
# Their releases change what is read or cut.
LIBRARIES = (
    *("charset-normalizer", "feedparser", "ftfy", "htmldate", "ijson", "lxml", "markdown-it-py"),
    *("py3langid", "pypdfium2", "PyStemmer", "python-docx", "python-frontmatter", "PyYAML"),
    *("sentencex", "trafilatura"),
)


def rules(options: Options | None = None) -> str:
    """Digest of all that decides which articles and passages the same bytes give: the versions of
    the rules, of Python and of the libraries, the options, and the presence of OCR."""
    options = options or Options()
    parsers = {file_format.suffix: file_format.version for file_format in FORMATS}
    libraries = {name: version(name) for name in LIBRARIES}
    facts = [ARTICLE_VERSION, PASSAGE_VERSION, parsers, sys.version_info[:2], libraries]
    facts += [dict(options.fields), options.ocr, shutil.which("tesseract")]
    facts += map(repr, options.apart)
    return hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class FileSnapshot:
    """A file's SHA-256 at one moment; None if it could not be read.

    `stamp` tells whether the file has changed since. `is_settled` if the file was last written
    so long ago that any later change must alter the stamp.
    """

    stamp: bytes
    digest: bytes | None
    is_settled: bool = False

    def holds(self, path: Path) -> bool:
        """True if the file has not changed since."""
        return self.stamp == _stamp(path)


def take_snapshot(path: Path) -> FileSnapshot:
    stamp = _stamp(path)  # before the bytes, to notice a change in between
    is_settled = False
    if stamp:
        _, modified, _ = _STAMP.unpack(stamp)
        is_settled = time.time_ns() - modified > _SETTLED_NS
    try:
        with path.open("rb") as file:
            return FileSnapshot(stamp, hashlib.file_digest(file, "sha256").digest(), is_settled)
    except OSError:
        return FileSnapshot(stamp, None)


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file gave: the ids of its articles, in order, and what was skipped.

    `digest` is None if it is unreliable (the file changed while being read, an id was taken, or the
    parser's process failed): such a file is always read again. An unchanged `stamp`, if there is
    one, spares hashing it.
    """

    location: str
    label: str
    url: str | None
    digest: bytes | None
    articles: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    stamp: bytes = b""

    @property
    def failed(self) -> bool:
        """True if it gave no article."""
        return not self.articles

    def of(self, source: Source, snapshot: Callable[[Source], FileSnapshot]) -> bool:
        """True if reading this source again would give the same, apart from the path shown."""
        if self.digest is None or self.url != source.url:
            return False
        if any(has_ended(part.problem) for part in self.skipped):
            return False
        if self.stamp and self.stamp == _stamp(source.path):
            return True
        return self.digest == snapshot(source).digest

    def shown_as(self, label: str) -> FileReading:
        """The same with another displayed path."""
        if label == self.label:
            return self
        skipped = (
            replace(part, label=label + part.label.removeprefix(self.label))
            for part in self.skipped
        )
        return replace(self, label=label, skipped=tuple(skipped))

    def as_row(self) -> tuple[Any, ...]:
        """A row of the table `sources`."""
        skipped = [
            (part.label, part.problem.as_json(), part.at and part.at.as_json())
            for part in self.skipped
        ]
        articles = json.dumps(self.articles)
        digest = self.digest and self.digest + self.stamp
        return (self.location, self.label, self.url, digest, articles, json.dumps(skipped))

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> FileReading:
        location, label, url, digest, articles, skipped_json = row
        skipped = (
            Skipped(name, Problem.from_json(problem), at and Problem.from_json(at))
            for name, problem, at in json.loads(skipped_json)
        )
        stamp = digest[_DIGEST_SIZE:] if digest else b""
        digest = digest[:_DIGEST_SIZE] if digest else digest
        ids = tuple(json.loads(articles))
        return cls(location, label, url, digest, ids, tuple(skipped), stamp)


def is_unchanged(source: Source, row: SourceRow) -> bool:
    """True if the stamp and address in the row still match the file: the fast path."""
    return (
        (row.shown, row.url) == (source.label, source.url)
        and row.articles != "[]"
        and row.skipped == "[]"
        and row.digest is not None
        and len(row.digest) > _DIGEST_SIZE
        and row.digest[_DIGEST_SIZE:] == _stamp(source.path)
    )


def _stamp(path: Path) -> bytes:
    """Size, modification time and inode; empty if there is no file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - half the time of the method, and asked of every file
    except OSError:
        return b""
    return _STAMP.pack(status.st_size, status.st_mtime_ns, status.st_ino)


# Failures of the machine and not of the file: such a file is tried again.
_PASSING = frozenset(
    {"reading-no-process", "reading-crash", "pdf-no-reader", "pdf-crash", "ocr-no-start"}
)


def is_lasting(problem: Problem) -> bool:
    """True if the same file would give the same problem again."""
    return problem.code not in _PASSING


def failed_files(store: IndexStore) -> list[Skipped]:
    """The files that gave no article to the last build, with the reasons; in order of names."""
    try:
        record = json.loads((store.workplace / FAILURES).read_text(encoding="utf-8"))
        return [
            Skipped(label, Problem.from_json(problem), at and Problem.from_json(at))
            for file in sorted(record["files"])
            for label, problem, at in file[4]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


class FailedFiles:
    """Files that gave no article, remembered until they, the rules or the OCR program change.

    They are kept beside the index and not in it: a build that only meets a bad file makes no
    generation.
    """

    def __init__(self, path: Path, rules: str) -> None:
        self._path = path
        self._rules = rules
        self._readings: dict[str, FileReading] = {}
        self._is_changed = False
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["rules"] == self._key():
                for location, label, url, digest, skipped in record["files"]:
                    row = (location, label, url, bytes.fromhex(digest), "[]", json.dumps(skipped))
                    self._readings[location] = FileReading.of_row(row)
        except (OSError, ValueError, KeyError, TypeError):
            self._readings.clear()

    def find(
        self, source: Source, snapshot: Callable[[Source], FileSnapshot]
    ) -> FileReading | None:
        """What an unchanged file gave when it failed; None for any other file."""
        reading = self._readings.get(source.location)
        if reading is None or not reading.of(source, snapshot):
            return None
        return reading.shown_as(source.label)

    def note(self, reading: FileReading) -> None:
        before = self._readings.pop(reading.location, None)
        if reading.failed and reading.digest is not None:
            self._readings[reading.location] = reading
        self._is_changed |= self._readings.get(reading.location) != before

    def save(self, locations: Collection[str]) -> None:
        """Keep the failures among these files; if the disk refuses, they are tried again."""
        kept = [reading for location, reading in self._readings.items() if location in locations]
        if not self._is_changed and len(kept) == len(self._readings):
            return
        files = []
        for reading in kept:
            location, label, url, digest, _, skipped = reading.as_row()
            files.append((location, label, url, digest.hex(), json.loads(skipped)))
        beside = self._path.with_suffix(".new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps({"rules": self._key(), "files": files}), encoding="utf-8")
            beside.replace(self._path)
        self._is_changed = False

    def _key(self) -> str:
        """The rules, and what OCR could read; asking it takes 30 ms, so only where files failed."""
        try:
            languages = subprocess.run(
                ["tesseract", "--list-langs"], capture_output=True, timeout=10, check=True
            ).stdout
        except (OSError, subprocess.SubprocessError):
            languages = b""
        return f"{self._rules} {hashlib.blake2b(languages, digest_size=8).hexdigest()}"
