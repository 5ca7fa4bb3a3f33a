"""Streams that are packed by gzip, bzip2 or xz."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import BinaryIO, cast

from index.formats.base import Content
from index.formats.packing.bounds import BROKEN, Budget
from index.formats.packing.bounds_packing_member import Member, plain_name

_PIECE = 2**18


def _gunzip(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream))


def _bunzip2(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, bz2.BZ2File(stream))


def _unxz(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, lzma.LZMAFile(stream))


_OPENERS: Mapping[str, Callable[[BinaryIO], BinaryIO]] = MappingProxyType(
    {"gz": _gunzip, "bz2": _bunzip2, "xz": _unxz}
)


class Unpacking(io.RawIOBase):
    """A packed stream, unpacked within a budget: passing over what it holds costs as reading it.

    `owned` streams are closed with it.
    """

    def __init__(self, stream: BinaryIO, packing: str, budget: Budget, *, owned: bool) -> None:
        super().__init__()
        self._stream = stream if owned else None
        self._source = _OPENERS[packing](stream)
        self._budget = budget
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._source.read(min(len(buffer), _PIECE))
        except BROKEN as error:
            raise OSError(f"what is packed in it is damaged ({error})") from error
        self._budget.take(len(data))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 1:
            offset += self._at
        elif whence == 2:
            raise OSError("a packed file is read from its beginning")
        if offset < self._at:
            self._at = self._source.seek(0)
        while self._at < offset and self.read(min(offset - self._at, _PIECE)):
            pass
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._source.close()
        if self._stream is not None:
            self._stream.close()
        super().close()


def packed(content: Content, packing: str) -> Member:
    """The file in `a.jsonl.gz`, which bears its name without the last suffix."""

    def opened() -> BinaryIO:
        raw = Unpacking(content.open(), packing, Budget(content.size), owned=True)
        return io.BufferedReader(raw)

    name = content.name.rpartition(".")[0] or content.name
    return Member(plain_name(name), opened, counted=True, lasting=True)


def holds_tar(content: Content, packing: str) -> bool:
    """Whether what is packed is a tar archive."""
    try:
        with content.stream() as stream, _OPENERS[packing](stream) as source:
            return source.read(512)[257:262] == b"ustar"
    except BROKEN:
        return False
