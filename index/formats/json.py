"""JSON and JSON Lines: one article, or a list of them."""

from __future__ import annotations

import codecs
import io
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import ijson

from index.errors import Problem, ReadError, Words
from index.formats.base import Content, ParsedArticle, Skipped
from index.formats.encoding import decode, open_as_utf8
from index.formats.fields import facts_in_names, field_at, flatten_record
from index.formats.records import RECORD_BYTES, Record, read_records, skipped_line
from index.formats.signature import HEAD_BYTES, is_json_lines

_LISTS = frozenset(
    {"articles", "items", "data", "results", "resultats", "records", "entries", "posts"}
    | {"docs", "documents", "hits", "rows", "news", "stories", "response", "nodes"}
)
_TEXTS = frozenset({"text", "texte", "body", "content", "contenu", "corps", "articlebody"})
_LINES_SUFFIXES = (".jsonl", ".ndjson")
_LIST_DEPTH = 3  # maximum; the list in `{"response": {"docs": […]}}` is at depth 2
_RECORD_DEPTH = 100
_STARTS = frozenset({"start_map", "start_array"})
_ENDS = frozenset({"end_map", "end_array"})

_Place = tuple[str, ...]  # keys of a list, `("response", "docs")`; empty for a top-level list
_Event = tuple[str, object]


def read(content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the articles of a JSON or JSON Lines file, with one record in memory at a time.

    If name and content disagree, the content decides.
    """
    with content.stream() as stream:
        head = stream.read(HEAD_BYTES)
    is_lines_name = content.name.lower().endswith(_LINES_SUFFIXES)
    is_list = head[:64].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"[")
    if (is_lines_name and not is_list) or is_json_lines(head):
        yield from read_records(content, _line_records(content))
        return
    if not head.strip():
        raise ReadError("file-empty", subject=content.label)
    with _events(content) as events:
        place = _find_list(events, content.options.fields.get("text"))
    only = _read_one(content) if place is None else None
    if only is not None:
        yield only
    else:
        yield from read_records(content, _records(content, place))


def _read_one(content: Content) -> ParsedArticle | None:
    """Read the article of a file of one object, without a key; None if other objects follow."""
    with _events(content) as events:
        value = _value(next(events), events)
        with suppress(ijson.JSONError):  # what follows is no JSON, such as the `;` of a script
            if next(events, None) is not None:
                return None
    if not isinstance(value, dict):
        if value is _TOO_DEEP:
            raise ReadError("json-value-too-deep", subject=content.label)
        if value is _TOO_LARGE:
            raise ReadError("json-value-too-large", subject=content.label, limit=RECORD_BYTES)
        raise ReadError("json-no-object", subject=content.label)
    record = Record(Problem("at-record", number=1), flatten_record(value))
    (part,) = read_records(content, iter([record]))
    if isinstance(part, Skipped):
        raise ReadError(part.problem, subject=content.label)
    return ParsedArticle(part.blocks, part.metadata)


def _find_list(events: Iterator[_Event], text: str | None) -> _Place | None:
    """Find the list of records; None if there is none. `text` is the operator's name for the text.

    An object with a text is an article, whatever lists it contains.
    """
    keys: list[str] = []
    place: _Place | None = None
    doubtful: _Place | None = None
    for event, value in events:
        if event == "start_map" and place is not None:
            if not place or _has_text(_value((event, value), events), text):
                return place
            doubtful, place = doubtful or place, None
            continue
        place = None
        if event == "map_key":
            keys[-1] = str(value)
            if len(keys) == 1 and keys[0].lower() in _TEXTS:
                return None
        elif (
            event == "start_array"
            and len(keys) <= _LIST_DEPTH
            and _LISTS.issuperset(key.lower() for key in keys)
        ):
            place = tuple(keys)
        _track_keys(event, keys)
        if event == "end_array" and not keys:
            return ()
    return doubtful


def _has_text(value: object, text: str | None) -> bool:
    if not isinstance(value, dict):
        return False
    if text:
        return field_at(value, text) is not None
    return "text" in facts_in_names(flatten_record(value))


def _track_keys(event: str, keys: list[str]) -> None:
    """Update the keys above the current event; those of list items are empty."""
    if event in _STARTS:
        keys.append("")
    elif event in _ENDS:
        keys.pop()


def _records(content: Content, place: _Place | None) -> Iterator[Record | Skipped]:
    """Yield the records of a list, or of a file of several objects."""
    with _events(content) as events:
        if place is not None:
            _go_to(place, events)
        for number, first in enumerate(events, 1):
            if first[0] == "end_array":
                return
            value, at = _value(first, events), Problem("at-record", number=number)
            if isinstance(value, dict):
                yield Record(at, flatten_record(value))
            elif isinstance(value, Problem):
                yield Skipped(content.label, value, at)
            else:
                yield Skipped(content.label, Problem("record-no-object"), at)


def _go_to(place: _Place, events: Iterator[_Event]) -> None:
    keys: list[str] = []
    for event, value in events:
        if event == "map_key":
            keys[-1] = str(value)
        elif event == "start_array" and tuple(keys) == place:
            return
        _track_keys(event, keys)


_TOO_DEEP = Problem("record-too-deep")
_TOO_LARGE = Problem("record-too-large", limit=RECORD_BYTES)


def _value(first: _Event, events: Iterator[_Event]) -> object:
    """Build the value that begins with an event; a Problem if it is too deep or too large."""
    builder = ijson.ObjectBuilder()
    depth = size = 0
    problem: Problem | None = None
    event, value = first
    while True:
        depth += (event in _STARTS) - (event in _ENDS)
        size += len(value) + 16 if isinstance(value, str) else 16
        if depth > _RECORD_DEPTH:
            problem = _TOO_DEEP
        elif size > RECORD_BYTES:
            problem = _TOO_LARGE
        if problem is None:
            builder.event(event, value)
        if depth == 0:
            return builder.value if problem is None else problem
        event, value = next(events)


# What the parser would perhaps refuse: long numbers, escaped surrogates.
_SUSPECT = re.compile(rb"\d{19}|\d[eE][+-]?\d{3}|\\u[dD][89a-fA-F]")
_HIGH, _LOW = rb"\\u[dD][89abAB][\da-fA-F]{2}", rb"\\u[dD][c-fC-F][\da-fA-F]{2}"
_TOKEN = re.compile(
    rb"%b%b|(?P<half>%b|%b)|\\.|\"|[-+.\deE]+" % (_HIGH, _LOW, _HIGH, _LOW), re.DOTALL
)
_UNENDED = b"\\-+.0123456789eE"
_UNENDED_ESCAPE = re.compile(rb"(?:%b)?(?:\\(?:u[\da-fA-F]{0,3})?)?\Z" % _HIGH)
_PAIR_BYTES = 12


class _BoundedStream:
    """A stream of limited values without what the parser refuses.

    Out-of-range numbers are replaced by null, halves of surrogate pairs by « ? ».
    """

    def __init__(self, stream: BinaryIO, label: str) -> None:
        self._stream = stream
        self._label = label
        self._rest = b""
        self._in_string = False
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        while True:
            data = self._stream.read(size)
            self.since += len(data)
            if self.since > 2 * RECORD_BYTES:
                raise ReadError("json-text-too-long", subject=self._label, limit=RECORD_BYTES)
            whole = self._rest + data
            end = len(whole.rstrip(_UNENDED)) if data else len(whole)
            if data and (escape := _UNENDED_ESCAPE.search(whole, max(0, end - _PAIR_BYTES), end)):
                end = len(whole[: escape.start()].rstrip(b"\\"))
            self._rest = whole[end:]
            if end or not data:
                return self._replace_refused(whole[:end])

    def _replace_refused(self, data: bytes) -> bytes:
        """Replace what the parser would refuse; `data` ends with a whole token."""
        if not _SUSPECT.search(data):
            quotes = data.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"')
            self._in_string ^= bool(quotes % 2)
            return data
        return _TOKEN.sub(self._replace_token, data)

    def _replace_token(self, match: re.Match[bytes]) -> bytes:
        token = match[0]
        if token == b'"':
            self._in_string = not self._in_string
        elif match["half"]:
            return b"?"
        elif not self._in_string and _is_beyond_measure(token):
            return b"null"
        return token


def _is_beyond_measure(number: bytes) -> bool:
    try:
        if number.lstrip(b"-").isdigit():
            return len(number) > 20 or not -(2**63) <= int(number) < 2**63
        return math.isinf(float(number))
    except ValueError:  # not a number, as the parser will report
        return False


@contextmanager
def _events(content: Content) -> Iterator[Iterator[_Event]]:
    """Open a file as JSON parser events. Raises ReadError if it is not JSON."""

    def events(stream: _BoundedStream) -> Iterator[_Event]:
        for event in ijson.basic_parse(stream, use_float=True, multiple_values=True):
            stream.since = 0
            yield event

    try:
        with open_as_utf8(content) as stream:
            yield events(_BoundedStream(stream, content.label))
    except (ijson.JSONError, OverflowError, StopIteration) as error:
        text = error.args[0] if error.args else ""  # bytes, if it quotes half a character
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        message = " ".join(text.split("\n")[0].split())
        reason = Words(message) if message else Problem("json-cut")
        raise ReadError("json-invalid", subject=content.label, reason=reason) from error


def _line_records(content: Content) -> Iterator[Record | Skipped]:
    """Yield the records of a JSON Lines file."""
    with content.stream() as stream:
        for number, line in enumerate(_lines(stream), 1):
            if line is None:
                yield skipped_line(content, number, Problem("line-too-long", limit=RECORD_BYTES))
            elif line.strip():
                yield _line_record(content, number, line)


def _line_record(content: Content, number: int, line: bytes) -> Record | Skipped:
    try:
        try:
            text = line.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = decode(line, content.label)
        # Python refuses numbers of thousands of digits.
        value = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < 99 else None)
    except (ValueError, RecursionError, ReadError) as error:
        reason = _TOO_DEEP if isinstance(error, RecursionError) else Problem("line-not-utf8")
        if isinstance(error, json.JSONDecodeError):
            message = Words(error.msg)
            reason = Problem("json-at-character", reason=message, character=error.pos + 1)
        return skipped_line(content, number, Problem("line-not-json", reason=reason))
    if not isinstance(value, dict):
        return skipped_line(content, number, Problem("line-no-object"))
    return Record(Problem("at-line", number=number), flatten_record(value))


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines of a file in UTF-8; None for one that is too long."""
    start = stream.read(2)
    stream.seek(0)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        text = io.TextIOWrapper(stream, "utf-16", errors="replace", newline="\n")
        while characters := text.readline(RECORD_BYTES):
            yield characters.encode("utf-8", "replace")
        text.detach()
        return
    while line := stream.readline(RECORD_BYTES):
        whole = len(line) < RECORD_BYTES or line.endswith(b"\n")
        while not whole:
            rest = stream.readline(RECORD_BYTES)
            whole = rest.endswith(b"\n") or not rest
            line = b""
        yield line or None
