"""Decompression of gzip within a size limit."""

from __future__ import annotations

import zlib

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"  # of gzip, whose members may follow each other
_PIECE = 2**18


class TooLarge(Exception):  # noqa: N818 - a condition, not a fault
    """The decompressed data exceeds the limit."""


class Inflater:
    """Incremental decompressor of gzip and deflate. Raises TooLarge, and ValueError for invalid or
    truncated data."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._engine = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._began = False
        self.data = bytearray()

    def feed(self, piece: bytes) -> None:
        has_more = False
        try:
            while piece or has_more:
                self._began = True
                if self._engine.eof:
                    if not piece.startswith(_MAGIC):
                        return  # padding
                    self._engine = zlib.decompressobj(_GZIP_OR_ZLIB)
                output = self._engine.decompress(piece, _PIECE)
                self.data += output
                if len(self.data) > self._limit:
                    raise TooLarge
                at_end = self._engine.eof
                piece = self._engine.unused_data if at_end else self._engine.unconsumed_tail
                has_more = len(output) == _PIECE and not at_end
        except zlib.error as error:
            raise ValueError(str(error)) from error

    def finish(self) -> bytes:
        if self._began and not self._engine.eof:
            raise ValueError("it ends too soon")
        return bytes(self.data)


def inflate(data: bytes, limit: int) -> bytes:
    """Decompress a small file. Raises TooLarge, ValueError."""
    inflater = Inflater(limit)
    inflater.feed(data)
    return inflater.finish()
