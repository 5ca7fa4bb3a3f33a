"""How much may lie in an archive, and what goes wrong in one."""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass

from index.errors import ReadError

MEMBERS = 100_000
"""Members of an archive; those beyond are not read."""
MEMBER_LIMIT = 2**30
"""Bytes of one member, unpacked."""
TOTAL_LIMIT = 16 * 2**30
"""Bytes of all members of an archive and of those in it, unpacked."""
RATIO = 250
"""Times that an archive may grow when it is unpacked; text grows some 4 to 30 times."""
RATIO_FROM = 64 * 2**20
"""Bytes unpacked from which on `RATIO` is watched."""
DIRECTORY_LIMIT = 32 * 2**20
"""Bytes of a zip's list of members, which is held in memory."""

BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
    struct.error,
    LookupError,
)
"""What the libraries raise on archives that are damaged, or made to do harm."""


@dataclass
class Budget:
    """What an archive of `size` bytes may still unpack to; `spent` says why it may no more."""

    size: int
    total: int = 0
    spent: str | None = None

    def take(self, count: int) -> None:
        """Raises ReadError, without naming the archive, when it is too much."""
        self.total += count
        if self.total > TOTAL_LIMIT:
            self.spent = f"unpacks to more than {TOTAL_LIMIT // 2**30} GB; split it"
        elif self.total > max(RATIO_FROM, RATIO * self.size):
            self.spent = f"unpacks to more than {RATIO} times its size, as bombs do; unpack it"
        if self.spent is not None:
            raise ReadError(self.spent)


def why_broken(error: BaseException) -> str:
    if isinstance(error, NotImplementedError):
        return "packed in a way that is not known here; pack it as .zip"
    why = " ".join(str(error).split()) or type(error).__name__
    return f"damaged ({why[:200]}); pack it again"
