"""Tar archives, packed or not."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO, cast

from index.formats.packing.bounds import Budget
from index.formats.packing.bounds_packing_member import LINK, Member, plain_name
from index.formats.packing.members_packing_unpacking import Unpacking

_READ_LIMIT = 2**18  # bytes at once; `tarfile` takes what a header claims to be long into memory
_SURROGATES = re.compile("[\ud800-\udfff]")


def tarred(stream: BinaryIO, packing: str, budget: Budget, stack: ExitStack) -> Iterator[Member]:
    """The members of a tar, in order; each must be read before the next."""
    source = stream
    if packing:
        unpacking = Unpacking(stream, packing, budget, owned=False)
        source = stack.enter_context(io.BufferedReader(unpacking))
    guarded = cast(BinaryIO, _Guarded(source))
    archive = stack.enter_context(
        tarfile.open(  # noqa: SIM115 - the stack closes it
            fileobj=guarded, mode="r:", encoding="utf-8", errors="surrogateescape"
        )
    )
    while (info := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined] # or it keeps a million of them
        if info.isdir():
            continue
        name = plain_name(_name(info.name))
        if info.issym() or info.islnk():
            yield Member(name, refused=LINK)
        elif not info.isreg() or info.issparse():
            yield Member(name, refused="not a plain file; pack it again")
        else:
            yield Member(name, partial(_opened, archive, info), counted=bool(packing))


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> BinaryIO:
    return cast(BinaryIO, archive.extractfile(info))


def _name(name: str) -> str:
    """A member's name, which is UTF-8 today and was Western European before."""
    if not _SURROGATES.search(name):
        return name
    return name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


class _Guarded:
    """A stream that gives no more at once than an honest header asks for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _READ_LIMIT:
            raise OSError(f"it asks for {size} bytes at once")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
