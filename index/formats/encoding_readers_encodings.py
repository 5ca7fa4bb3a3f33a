"""The encoding of a file that is too large to be decoded whole."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from index.errors import ReadError
from index.formats.base import Content
from index.formats.encoding import decode

_PIECE = 2**20
_SAMPLE = 64 * 1024  # bytes of lines with accents that tell an encoding
_PAST = ("cp1252", "mac_roman", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(content: Content) -> str:
    """The encoding of a text: by its mark, else UTF-8 where most of it is, else one of the past.

    Raises ReadError where none is clear.
    """
    with content.stream() as stream:
        head = stream.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if _is_utf8(content):
        return "utf-8"
    sample, broken = _sample(content)
    if 2 * broken < len(sample):
        return "utf-8"
    data = b"".join(sample)
    text = decode(data, content.shown)
    for encoding in _PAST:
        again = data.decode(encoding, "replace").encode("utf-8", "replace")
        if decode(again, content.shown) == text:
            return encoding
    raise ReadError(f"{content.shown}: its encoding is unclear; save it again in UTF-8")


@contextmanager
def as_utf8(content: Content) -> Iterator[BinaryIO]:
    """The bytes of a text in UTF-8 without a mark, whatever its encoding."""
    encoding = encoding_of(content)
    with content.stream() as stream:
        if encoding == "utf-8":
            yield stream
        elif encoding == "utf-8-sig":
            stream.read(len(codecs.BOM_UTF8))
            yield stream
        else:
            yield cast(BinaryIO, codecs.EncodedFile(stream, "utf-8", encoding, "replace"))


@contextmanager
def as_text(content: Content, encoding: str) -> Iterator[io.TextIOWrapper]:
    """A text as characters, its line ends as they are."""
    with content.stream() as stream:
        text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
        try:
            yield text
        finally:
            text.detach()


def _is_utf8(content: Content) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with content.stream() as stream:
        try:
            while piece := stream.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _sample(content: Content) -> tuple[list[bytes], int]:
    """Lines that are not ASCII, and how many of them are not UTF-8."""
    lines: list[bytes] = []
    broken = size = 0
    with content.stream() as stream:
        while size < _SAMPLE and (line := stream.readline(_SAMPLE)):
            if line.isascii():
                continue
            lines.append(line)
            size += len(line)
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                broken += 1
    return lines, broken
