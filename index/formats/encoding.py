"""Decoding of a file's bytes to clean text."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import BinaryIO, cast

from index.errors import ReadError
from index.formats.base import Content

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PAST = ("cp1252", "mac_roman", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r")
_CANDIDATES = [*_PAST, "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"]
# Share of text that may look impossible; charset-normalizer's default is 0.2.
_DISORDER = 0.1
_COHERENT = 0.2  # share of letters as frequent as in a language; below, it may be none
_CLOSE = 0.05
_NEWLINE = re.compile("\r\n|[\r\v\f\x85\u2028]")
# Control characters, marks without width, halves of surrogate pairs.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]"
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: bytes, label: str) -> str:
    """Decode `data` to NFC text with plain line ends and no invisible marks.

    Tries the byte order mark, then UTF-8, then a legacy encoding if it is unambiguous. Raises
    ReadError, naming the file by `label`, for anything else.
    """
    if not data.strip():
        raise ReadError("file-empty", subject=label)
    return plain_lines(_decode(data, label))


def plain_lines(text: str) -> str:
    """Return the text in NFC with plain line ends and no invisible marks."""
    text = _NEWLINE.sub("\n", text).replace("\u2029", "\n\n")
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text))


def _decode(data: bytes, label: str) -> str:
    mark_encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if mark_encoding is None and b"\0" in data:
        raise ReadError("file-binary", subject=label)
    try:
        return data.decode((mark_encoding or "utf-8").removesuffix("-sig"))
    except UnicodeDecodeError as error:
        if mark_encoding is not None:
            name = mark_encoding.removesuffix("-sig").upper()
            raise ReadError(
                "encoding-broken", subject=label, encoding=name, byte=error.start
            ) from error
        text = None if _CONTROL.search(data) else _guess(data)
        if text is None:
            raise ReadError("encoding-not-utf8", subject=label, byte=error.start) from error
        return text


def _guess(data: bytes) -> str | None:
    """Decode with the legacy encoding that yields words; prefer the more common of equals."""
    from charset_normalizer import from_bytes

    matches = [
        match
        for match in from_bytes(data, cp_isolation=_CANDIDATES, threshold=_DISORDER)
        if match.coherence >= _COHERENT and not _is_misread(str(match))
    ]
    best = max((match.coherence for match in matches), default=0.0)
    close = [match for match in matches if match.coherence >= best - _CLOSE]
    rank = {encoding: at for at, encoding in enumerate(_CANDIDATES)}
    candidates = [
        (min(rank.get(encoding, len(rank)) for encoding in match.could_be_from_charset), str(match))
        for match in close
    ]
    return min(candidates)[1] if candidates else None


def _is_misread(text: str) -> bool:
    """True if an accented capital follows a small letter (« votŽ »)."""
    return any(
        first.islower() and second.isupper() and not second.isascii()
        for first, second in pairwise(text)
    )


_PIECE = 2**20
_SAMPLE = 64 * 1024  # bytes of non-ASCII lines from which the encoding is detected


def detect_encoding(content: Content) -> str:
    """Detect the encoding of a text: by its mark, else UTF-8 if most of it is, else a legacy one.

    Raises ReadError if none fits.
    """
    with content.stream() as stream:
        head = stream.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if _is_utf8(content):
        return "utf-8"
    sample, damaged_bytes = _sample(content)
    if 2 * damaged_bytes < len(sample):
        return "utf-8"
    data = b"".join(sample)
    text = decode(data, content.label)
    for encoding in _PAST:
        again = data.decode(encoding, "replace").encode("utf-8", "replace")
        if decode(again, content.label) == text:
            return encoding
    raise ReadError("encoding-unclear", subject=content.label)


@contextmanager
def open_as_utf8(content: Content) -> Iterator[BinaryIO]:
    """Open a text as valid UTF-8 without a mark, whatever its encoding."""
    encoding = detect_encoding(content)
    with content.stream() as stream:
        yield cast(BinaryIO, codecs.EncodedFile(stream, "utf-8", encoding, "replace"))


@contextmanager
def text_stream(content: Content, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a text as characters, line ends unchanged."""
    with content.stream() as stream:
        text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
        try:
            yield text
        finally:
            text.detach()


def _is_utf8(content: Content) -> bool:
    with content.stream() as stream:
        try:
            deque(codecs.iterdecode(iter(partial(stream.read, _PIECE), b""), "utf-8"), maxlen=0)
        except UnicodeDecodeError:
            return False
    return True


def _sample(content: Content) -> tuple[list[bytes], int]:
    """Return lines that are not ASCII, and how many of them are not UTF-8."""
    lines: list[bytes] = []
    damaged_bytes = size = 0
    with content.stream() as stream:
        while size < _SAMPLE and (line := stream.readline(_SAMPLE)):
            if line.isascii():
                continue
            lines.append(line)
            size += len(line)
            try:
                is_whole = len(line) < _SAMPLE
                codecs.utf_8_decode(line, "strict", is_whole)
            except UnicodeDecodeError:
                damaged_bytes += 1
    return lines, damaged_bytes
