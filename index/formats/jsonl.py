"""JSON Lines: one record a line, however many there are."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from typing import BinaryIO

from index.errors import Problem, ReadError, Words
from index.formats.base import ArticleDraft, Content, Skipped
from index.formats.encoding import decode
from index.formats.fields import opened_fields
from index.formats.records import RECORD_LIMIT, Record, drafts, skipped_line

_WIDE = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(content: Content) -> Iterator[ArticleDraft | Skipped]:
    """A file of JSON Lines, or of one JSON value after all."""
    with content.stream() as stream:
        head = stream.read(64).removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(b"["):
        from index.formats.json import read as read_json

        yield from read_json(content)
    else:
        yield from drafts(content, _records(content))


def _records(content: Content) -> Iterator[Record | Skipped]:
    with content.stream() as stream:
        for number, line in enumerate(_lines(stream), 1):
            if line is None:
                yield skipped_line(content, number, Problem("line-too-long", limit=RECORD_LIMIT))
            elif line.strip():
                yield _record(content, number, line)


def _record(content: Content, number: int, line: bytes) -> Record | Skipped:
    try:
        value = json.loads(_text(line, content.shown), parse_int=_number)
    except (ValueError, RecursionError, ReadError) as error:
        return skipped_line(content, number, Problem("line-not-json", reason=_why(error)))
    if not isinstance(value, dict):
        return skipped_line(content, number, Problem("line-no-object"))
    return Record(Problem("at-line", number=number), opened_fields(value))


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) < 99 else None  # Python refuses those of thousands of digits


def _text(line: bytes, shown: str) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decode(line, shown)


def _why(error: Exception) -> Problem:
    if isinstance(error, json.JSONDecodeError):
        return Problem("json-at-character", reason=Words(error.msg), character=error.pos + 1)
    return Problem("record-too-deep" if isinstance(error, RecursionError) else "line-not-utf8")


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a file in UTF-8; None for one that is too long to be held."""
    start = stream.read(2)
    wide = next((encoding for mark, encoding in _WIDE if start == mark), None)
    stream.seek(0)
    if wide is not None:
        text = io.TextIOWrapper(stream, wide, errors="replace", newline="\n")
        while characters := text.readline(RECORD_LIMIT):
            yield characters.encode("utf-8", "replace")
        text.detach()
        return
    while line := stream.readline(RECORD_LIMIT):
        whole = len(line) < RECORD_LIMIT or line.endswith(b"\n")
        while not whole:
            rest = stream.readline(RECORD_LIMIT)
            whole = rest.endswith(b"\n") or not rest
            line = b""
        yield line or None
