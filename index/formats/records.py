"""Records as articles: lines of JSON, objects of a list, rows of a table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType

from index.errors import Problem, ReadError
from index.formats.base import Content, ParsedArticle, Skipped
from index.formats.encoding import decode
from index.formats.fields import (
    NAMES,
    Order,
    as_text,
    date_order,
    field_at,
    field_values,
    metadata_of,
    one_line,
)
from index.formats.html.parser import drop_tags, is_markup, lays_out, read_markup
from index.formats.markdown import read_markdown
from index.formats.publication import why_unpublished
from index.formats.text import read_text

RECORD_BYTES = 16 * 2**20  # one record; longer ones are skipped
_SAMPLE = 1_000  # records from which fields and date order are inferred
_SAMPLE_LIMIT = 32 * 2**20  # their characters
_KEY_LIMIT = 300  # characters
_HASHED_CHARACTERS = 500  # characters of a text to hash with its title
_MAX_NAMED_FIELDS = 15  # fields named in an error
_MARKDOWN = re.compile(r"^#{1,6} \S|^\[[^\]]+\]\(\S+\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Record:
    """Fields of a record by name, and its place in the file, for messages."""

    place: Problem
    values: Mapping[str, object]


def parse_map(text: str) -> Mapping[str, str]:
    """Parse `text=corps,title=titre,author=author.name` into `Options.fields`.

    Raises ReadError, naming `--map`, for anything else.
    """
    fields: dict[str, str] = {}
    for part in filter(None, (item.strip() for item in text.split(","))):
        ours, mark, theirs = (side.strip() for side in part.partition("="))
        if not mark or not ours or not theirs:
            raise ReadError("map-not-a-pair", subject=f"--map {part}")
        if ours not in NAMES:
            raise ReadError(
                "map-no-field", subject=f"--map {part}", field=ours, fields=tuple(NAMES)
            )
        if ours in fields:
            raise ReadError(
                "map-field-twice", subject=f"--map {part}", field=ours, name=fields[ours]
            )
        fields[ours] = theirs
    if not fields:
        raise ReadError("map-empty")
    return MappingProxyType(fields)


def read_records(
    content: Content, records: Iterator[Record | Skipped]
) -> Iterator[ParsedArticle | Skipped]:
    """Yield the articles of the records of a file.

    Raises ReadError if the first records lack a text or a field named by the operator.
    """
    head = _head(records)
    sample = [record.values for record in head if isinstance(record, Record)]
    if not sample:
        if not head:
            raise ReadError("records-none", subject=content.label)
        yield from (part for part in head if isinstance(part, Skipped))
        return
    _check_fields(content, sample)
    order = date_order(
        value
        for values in sample
        for fact in ("published", "updated")
        for value in field_values(values, fact, content.options.fields)
    )
    for record in chain(head, records):
        if isinstance(record, Skipped):
            yield record
            continue
        try:
            yield _read_record(record, content, order)
        except ReadError as error:
            yield Skipped(content.label, error.problem, record.place)


def _read_record(record: Record, content: Content, order: Order | None) -> ParsedArticle:
    """Return the article of a record. Raises ReadError, without a file name, if it has no text."""
    field_map = content.options.fields
    values = record.values
    if status := why_unpublished(values):
        raise ReadError(status)
    text = next(filter(None, map(as_text, field_values(values, "text", field_map))), None)
    if text is None:
        raise ReadError("record-no-text")
    metadata = metadata_of(values, field_map, order, "fields")
    title = metadata.title or ""
    body = record_body(text, title, content)
    own_id = next(filter(None, map(one_line, field_values(values, "id", field_map))), None)
    key = article_key(own_id or metadata.url, title, text)
    return replace(body, metadata=metadata.completed(body.metadata), key=key)


def article_key(name: str | None, title: str | None, text: str) -> str:
    """Return a key for an article: its name, else a hash of its text, unlike its number unchanged
    when records are added before it."""
    if name is None:
        content = f"{title}\n{text[:_HASHED_CHARACTERS]}".encode("utf-8", "replace")
        return hashlib.sha256(content).hexdigest()[:12]
    return " ".join(_clean(name, name).split())[:_KEY_LIMIT]


def record_body(text: str, title: str, content: Content) -> ParsedArticle:
    """Parse a text that may be HTML, Markdown or plain."""
    text = _clean(text, content.label)
    if is_markup(text) and lays_out(text):
        return read_markup(text, content)
    text = drop_tags(text)
    if _MARKDOWN.search(text):
        return read_markdown(text)
    # The title above keeps the first line from becoming one.
    return read_text(f"{title}\n\n{text}" if title else text)


def skipped_line(content: Content, number: int, problem: Problem) -> Skipped:
    return Skipped(content.label, problem, Problem("at-line", number=number))


def _head(records: Iterator[Record | Skipped]) -> list[Record | Skipped]:
    """Return the first records: enough to infer their fields, few enough for memory."""
    head: list[Record | Skipped] = []
    room = _SAMPLE_LIMIT
    for record in records:
        head.append(record)
        if isinstance(record, Record):
            room -= sum(len(value) for value in record.values.values() if isinstance(value, str))
        if len(head) >= _SAMPLE or room < 0:
            break
    return head


def _check_fields(content: Content, sample: list[Mapping[str, object]]) -> None:
    field_map = content.options.fields
    for ours, theirs in field_map.items():
        if all(field_at(values, theirs) is None for values in sample):
            names, label = _field_names(sample), content.label
            raise ReadError("map-not-found", subject=label, field=ours, name=theirs, found=names)
    if not any(
        as_text(value) for values in sample for value in field_values(values, "text", field_map)
    ):
        raise ReadError("records-no-text-field", subject=content.label, found=_field_names(sample))


def _field_names(sample: list[Mapping[str, object]]) -> Problem:
    """Return the field names, nested ones dotted."""
    names: dict[str | Problem, None] = {}
    for values in sample:
        for name, value in values.items():
            names.setdefault(" ".join(name.split())[:60] or Problem("field-without-name"))
            if isinstance(value, Mapping):
                names.update(dict.fromkeys(f"{name}.{inner}"[:60] for inner in value))
    first = tuple(names)[:_MAX_NAMED_FIELDS]
    if more := len(names) - len(first):
        return Problem("names-and-more", names=first, count=more)
    return Problem("names", names=first)


def _clean(text: str, label: str) -> str:
    """Normalise a text like one read from a file; a lone surrogate becomes « ? »."""
    return decode(text.replace("\0", "").encode("utf-8", "replace"), label)
