"""Limits on what an archive may unpack to, and members held while they are read."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import BinaryIO

from index.errors import Problem, ReadError, reason_of
from index.formats.base import Content

ARCHIVE_MEMBERS = 100_000  # members of an archive; those beyond are not read
ARCHIVE_MEMBER_BYTES = 2**30  # one member, unpacked
ARCHIVE_BYTES = 16 * 2**30  # all members of an archive and of those in it, unpacked
RATIO = 250  # maximum growth when unpacked; text grows some 4 to 30 times
RATIO_FROM_BYTES = 64 * 2**20  # unpacked; `RATIO` is checked above
DIRECTORY_BYTES = 32 * 2**20  # a zip's list of members, which is held in memory
# What the libraries raise for damaged or malicious archives.
ARCHIVE_ERRORS = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
    *(EOFError, OSError, ValueError, OverflowError, RuntimeError, struct.error, LookupError),
)


@dataclass
class UnpackBudget:
    """Budget for unpacking an archive of `size` bytes; `exhaustion` is why it is exhausted."""

    size: int
    total: int = 0
    exhaustion: Problem | None = None

    def take(self, count: int) -> None:
        """Charge unpacked bytes. Raises ReadError, without naming the archive, if too many."""
        self.total += count
        if self.total > ARCHIVE_BYTES:
            self.exhaustion = Problem("archive-too-large", limit=ARCHIVE_BYTES)
        elif self.total > max(RATIO_FROM_BYTES, RATIO * self.size):
            self.exhaustion = Problem("archive-bomb", times=RATIO)
        if self.exhaustion is not None:
            raise ReadError(self.exhaustion)


def why_broken(error: BaseException) -> Problem:
    if isinstance(error, NotImplementedError):
        return Problem("archive-packing-unknown")
    return Problem("archive-damaged", reason=reason_of(error))


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its path, and how to open it or the reason of its `refusal`.

    Members that count as read are charged to the budget as the archive is unpacked. Reopenable ones
    may be opened several times, in any order.
    """

    name: str
    open: Callable[[], BinaryIO] = io.BytesIO
    counts_as_read: bool = False
    is_reopenable: bool = False
    refusal: Problem | None = None


def plain_name(name: str) -> str:
    """Return a member's path without `..`, root and null bytes."""
    plain = name.replace("\\", "/").replace("\0", "").encode("utf-8", "replace").decode()
    parts = (part for part in PurePosixPath(plain).parts if part.strip("/") not in ("", "..", "."))
    return unicodedata.normalize("NFC", " ".join("/".join(parts).split()))


# A member held in memory; larger ones go to a temporary file.
SPOOL_MEMORY_BYTES = 16 * 2**20
_PIECE = 2**18
_File = tempfile.SpooledTemporaryFile


@contextmanager
def hold_member(member: Member, content: Content, budget: UnpackBudget) -> Iterator[Content]:
    """Unpack a member into memory or a temporary file; yield `content` with its size and opener.

    Raises ReadError, naming the content.
    """
    if member.is_reopenable:
        yield replace(content, open=member.open)
        return
    with _File(max_size=SPOOL_MEMORY_BYTES) as file:
        try:
            with member.open() as stream:
                size = _unpack(stream, file, None if member.counts_as_read else budget)
        except ReadError as error:
            raise ReadError(error.problem, subject=content.label) from error
        except ARCHIVE_ERRORS as error:
            raise ReadError(why_broken(error), subject=content.label) from error
        yield replace(content, size=size, open=lambda: io.BufferedReader(_View(file, size)))


def _unpack(stream: BinaryIO, file: _File[bytes], budget: UnpackBudget | None) -> int:
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > ARCHIVE_MEMBER_BYTES:
            raise ReadError("archive-member-too-large", limit=ARCHIVE_MEMBER_BYTES)
        if budget is not None:
            budget.take(len(piece))
        try:
            file.write(piece)
        except OSError as error:
            raise ReadError("archive-no-room", reason=reason_of(error)) from error
    return size


class PositionedStream(io.RawIOBase):
    """A readable stream that keeps its own position."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at


class _View(PositionedStream):
    """An independent reader of a shared file."""

    def __init__(self, file: _File[bytes], size: int) -> None:
        super().__init__()
        self._file = file
        self._size = size

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._at)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, (0, self._at, self._size)[whence] + offset)
        return self._at


def zip_directory_size(stream: BinaryIO) -> int:
    """Return the size in bytes of a zip's list of members, from its end record."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - 2**16 - 98))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + 22 > len(tail):
        return 0
    size = int(struct.unpack_from("<I", tail, at + 12)[0])
    wide = tail.rfind(b"PK\6\6", 0, at)
    if wide >= 0 and wide + 56 <= len(tail):
        size = max(size % 0xFFFFFFFF, int(struct.unpack_from("<Q", tail, wide + 40)[0]))
    return size
