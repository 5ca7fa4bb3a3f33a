"""A member of an archive, unpacked for as long as it is read."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from index.errors import ReadError
from index.formats.packing.bounds import BROKEN, MEMBER_LIMIT, Budget, why_broken
from index.formats.packing.bounds_packing_member import Member

IN_MEMORY = 16 * 2**20
"""Bytes of a member that is held in memory; a larger one lies in a temporary file meanwhile."""

_PIECE = 2**18

_File = tempfile.SpooledTemporaryFile


@dataclass(frozen=True, slots=True)
class Spool:
    """An unpacked member; its size in bytes is 0 where it is not known beforehand."""

    size: int
    open: Callable[[], BinaryIO]


@contextmanager
def held(member: Member, shown: str, budget: Budget) -> Iterator[Spool]:
    """A member unpacked, in memory or in a temporary file. Raises ReadError, naming it."""
    if member.lasting:
        yield Spool(0, member.open)
        return
    with _File(max_size=IN_MEMORY) as file:
        try:
            with member.open() as stream:
                size = _unpacked(stream, file, None if member.counted else budget)
        except ReadError as error:
            raise ReadError(f"{shown}: {error}") from error
        except BROKEN as error:
            raise ReadError(f"{shown}: {why_broken(error)}") from error
        yield Spool(size, lambda: io.BufferedReader(_View(file, size)))


def _unpacked(stream: BinaryIO, file: _File[bytes], budget: Budget | None) -> int:
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > MEMBER_LIMIT:
            limit = MEMBER_LIMIT // 2**30
            raise ReadError(f"larger than {limit} GB when unpacked; unpack it yourself")
        if budget is not None:
            budget.take(len(piece))
        try:
            file.write(piece)
        except OSError as error:
            why = f"no room to unpack it ({error.strerror}); free the temporary folder"
            raise ReadError(why) from error
    return size


class _View(io.RawIOBase):
    """A reading of a file that has its own place in it; there may be several at once."""

    def __init__(self, file: _File[bytes], size: int) -> None:
        super().__init__()
        self._file = file
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._at)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        start = {0: 0, 1: self._at, 2: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at
