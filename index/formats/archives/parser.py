"""Parser of archives (`.zip`, `.tar`, compressed or not) and compressed files.

Members are read in place; only those too large for memory go to an unnamed temporary file, one at a
time. A member's own name is never used as a path.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO, cast

from index.errors import Problem, ReadError, StreamError, reason_of
from index.formats.archives.bounds import (
    ARCHIVE_ERRORS,
    ARCHIVE_MEMBERS,
    DIRECTORY_BYTES,
    Member,
    PositionedStream,
    UnpackBudget,
    hold_member,
    plain_name,
    why_broken,
    zip_directory_size,
)
from index.formats.base import Content, ParsedArticle, Skipped
from index.formats.conversion import read_part
from index.formats.signature import HEAD_BYTES, is_zip
from index.formats.table import format_of, sure_format

_PIECE = 2**18
_DEPTH = 1  # levels of archives in another
_OPENERS: Mapping[str, Callable[[BinaryIO], io.BufferedIOBase]] = {
    "gz": lambda stream: gzip.GzipFile(fileobj=stream),
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


class Unpacking(PositionedStream):
    """A stream decompressed within a budget, closed with its source. Seeking forward reads."""

    def __init__(self, stream: BinaryIO, packing: str, budget: UnpackBudget) -> None:
        super().__init__()
        self._stream = stream
        self._source = _OPENERS[packing](stream)
        self._budget = budget

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._source.read(min(len(buffer), _PIECE))
        except ARCHIVE_ERRORS as error:
            raise StreamError("packed-damaged", reason=reason_of(error)) from error
        self._budget.take(len(data))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 1:
            offset += self._at
        elif whence == 2:
            raise StreamError("packed-backwards")
        if offset < self._at:
            self._at = self._source.seek(0)
        while self._at < offset and self.read(min(offset - self._at, _PIECE)):
            pass
        return self._at

    def close(self) -> None:
        self._source.close()
        self._stream.close()
        super().close()


def _open_packed(content: Content, packing: str) -> BinaryIO:
    return io.BufferedReader(Unpacking(content.open(), packing, UnpackBudget(content.size)))


def holds_tar(content: Content, packing: str) -> bool:
    """True if the compressed file is a tar archive."""
    try:
        with content.stream() as stream, _OPENERS[packing](stream) as source:
            return source.read(512)[257:262] == b"ustar"
    except ARCHIVE_ERRORS:
        return False


_READ_LIMIT = 2**18  # bytes at once; `tarfile` would load whatever length a header claims
_SURROGATES = re.compile("[\ud800-\udfff]")


def tar_members(
    stream: BinaryIO, packing: str, budget: UnpackBudget, stack: ExitStack
) -> Iterator[Member]:
    """Yield the members of a tar in order; each must be read before the next."""
    source = stream
    if packing:
        unpacked = Unpacking(stream, packing, budget)
        source = stack.enter_context(io.BufferedReader(unpacked))
    source_file = cast(BinaryIO, _Guarded(source))
    archive = stack.enter_context(
        tarfile.open(  # noqa: SIM115 - the stack closes it
            fileobj=source_file, mode="r:", encoding="utf-8", errors="surrogateescape"
        )
    )
    while (info := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined] # or it keeps a million of them
        if info.isdir():
            continue
        name = info.name
        if _SURROGATES.search(name):  # not UTF-8: Western European, as in old archives
            name = name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
        name = plain_name(name)
        if info.issym() or info.islnk():
            yield Member(name, refusal=Problem("archive-link"))
        elif not info.isreg() or info.issparse():
            yield Member(name, refusal=Problem("archive-special"))
        else:
            open_member = cast(Callable[[], BinaryIO], partial(archive.extractfile, info))
            yield Member(name, open_member, counts_as_read=bool(packing))


class _Guarded:
    """A stream that refuses reads larger than an honest header needs."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _READ_LIMIT:
            raise StreamError("packed-header", size=size)
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


_UTF8 = 0x800
_ENCRYPTED = 0x1
_FRAMES = re.compile("[\u2500-\u259f]")


def zip_members(stream: BinaryIO, stack: ExitStack) -> Iterator[Member]:
    """Yield the members of a zip. Raises ReadError if there are too many."""
    if zip_directory_size(stream) > DIRECTORY_BYTES:
        raise ReadError("archive-too-many-files", limit=ARCHIVE_MEMBERS)
    archive = stack.enter_context(zipfile.ZipFile(stream))
    for info in archive.infolist():
        if info.is_dir():
            continue
        name = plain_name(_zip_member_name(info))
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            yield Member(name, refusal=Problem("archive-link"))
        elif info.flag_bits & _ENCRYPTED:
            yield Member(name, refusal=Problem("archive-encrypted"))
        else:
            yield Member(name, cast(Callable[[], BinaryIO], partial(archive.open, info)))


def _zip_member_name(info: zipfile.ZipInfo) -> str:
    """Decode a member's name: without a flag, as UTF-8 (macOS), else as MS-DOS (Windows)."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
        return raw.decode("utf-8")
    except UnicodeEncodeError:
        return info.filename
    except UnicodeDecodeError:
        # Western European letters (« À ») are where American MS-DOS had box drawing.
        return raw.decode("cp850") if _FRAMES.search(info.filename) else info.filename


def members_of(
    content: Content, budget: UnpackBudget, stack: ExitStack
) -> Iterator[Member | Skipped]:
    """Yield the files in an archive; each must be read before the next, while `stack` is open.

    If the rest cannot be read, the last item is a Skipped. Raises ReadError if nothing can be read
    or the budget is exhausted.
    """
    number = 0
    try:
        for member in _members(content, budget, stack):
            number += 1
            if number > ARCHIVE_MEMBERS:
                problem = Problem("archive-too-many-files", limit=ARCHIVE_MEMBERS)
                yield Skipped(content.label, problem)
                return
            yield member
    except ReadError as error:
        raise ReadError(error.problem, subject=content.label) from error
    except ARCHIVE_ERRORS as error:
        if number == 0:
            raise ReadError(why_broken(error), subject=content.label) from error
        yield Skipped(content.label, Problem("archive-rest", reason=why_broken(error)))


def _members(content: Content, budget: UnpackBudget, stack: ExitStack) -> Iterator[Member]:
    with content.stream() as stream:
        head = stream.read(HEAD_BYTES)
    if is_zip(head):
        yield from zip_members(stack.enter_context(content.stream()), stack)
        return
    sure = sure_format(head)
    packing = sure.suffix.rpartition(".")[2] if sure else ""
    if packing in _OPENERS and not holds_tar(content, packing):
        name = content.name.rpartition(".")[0] or content.name
        open_member = partial(_open_packed, content, packing)
        yield Member(plain_name(name), open_member, counts_as_read=True, is_reopenable=True)
    elif packing in (*_OPENERS, "tar") or content.name.lower().endswith(".tar"):
        stream = stack.enter_context(content.stream())
        yield from tar_members(stream, packing.removeprefix("tar"), budget, stack)
    else:
        raise ReadError("archive-not")


def read(content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the articles of the members of known formats; other members are ignored.

    Raises ReadError if the archive is damaged from the start or nested too deep.
    """
    if content.depth > _DEPTH:
        raise ReadError("archive-nested", subject=content.label)
    yield from _read_members(content, UnpackBudget(content.size))


def _read_members(
    archive: Content, budget: UnpackBudget, prefix: str = ""
) -> Iterator[ParsedArticle | Skipped]:
    """Yield the articles of an archive; `prefix` is its own key if it is in another."""
    with ExitStack() as stack:
        for member in members_of(archive, budget, stack):
            if isinstance(member, Skipped):
                yield member
                continue
            format = format_of(member.name)
            parts = member.name.split("/")
            # Files that systems and programs leave behind.
            hidden = any(part.startswith((".", "~$")) for part in parts) or "__MACOSX" in parts
            if format is None or hidden:
                continue
            label = f"{archive.label}#{member.name}"
            key = f"{prefix}#{member.name}" if prefix else member.name
            if member.refusal is not None:
                yield Skipped(label, member.refusal)
                continue
            name, depth = parts[-1], archive.depth + 1
            content = Content(name, label, 0, member.open, options=archive.options, depth=depth)
            try:
                with hold_member(member, content, budget) as inner:
                    if format.parser != __name__:
                        yield from read_part(inner, key)
                    elif prefix:
                        raise ReadError("archive-nested", subject=label)
                    else:
                        yield from _read_members(inner, budget, key)
            except ReadError as error:
                if budget.exhaustion is None:
                    yield Skipped(label, error.problem)
            if budget.exhaustion is not None:
                raise ReadError(budget.exhaustion, subject=archive.label)
