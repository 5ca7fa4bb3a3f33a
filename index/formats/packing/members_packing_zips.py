"""Zip archives."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO, cast

from index.errors import ReadError
from index.formats.packing.bounds import DIRECTORY_LIMIT, MEMBERS
from index.formats.packing.bounds_packing_member import LINK, Member, plain_name

_UTF8 = 0x800
_ENCRYPTED = 0x1
_FRAMES = re.compile("[\u2500-\u259f]")


def zipped(stream: BinaryIO, stack: ExitStack) -> Iterator[Member]:
    """The members of a zip. Raises ReadError where they are too many to be listed."""
    if _directory_size(stream) > DIRECTORY_LIMIT:
        raise ReadError(f"more than {MEMBERS:,} files in it; split it")
    archive = stack.enter_context(zipfile.ZipFile(stream))
    for info in archive.infolist():
        if info.is_dir():
            continue
        name = plain_name(_name(info))
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            yield Member(name, refused=LINK)
        elif info.flag_bits & _ENCRYPTED:
            yield Member(name, refused="encrypted; pack it without a password")
        else:
            yield Member(name, partial(_opened, archive, info))


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(info))


def _directory_size(stream: BinaryIO) -> int:
    """Bytes of the list of members, as the end of the archive tells it."""
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


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name: of archives that do not say, UTF-8 (macOS), else MS-DOS (Windows)."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
        return raw.decode("utf-8")
    except UnicodeEncodeError:
        return info.filename
    except UnicodeDecodeError:
        # Letters of Western Europe (« À ») are where MS-DOS in America had frames.
        return raw.decode("cp850") if _FRAMES.search(info.filename) else info.filename
