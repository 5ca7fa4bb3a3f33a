"""CSV as spreadsheets and databases write it, one article per row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.errors import Problem, ReadError, reason_of
from index.formats.base import ArticleDraft, Content, Skipped
from index.formats.encoding import detect_encoding, text_stream
from index.formats.fields import facts_in_names
from index.formats.records import RECORD_BYTES, Record, read_records, skipped_line

_SAMPLE = 256 * 1024  # characters from which the dialect is inferred
_DELIMITERS = ";,\t|"
_ESCAPED = re.compile(r'\\"[^;,\t|\r\n]')  # `"a \"b\" c"`, which databases write
_DOUBLED = re.compile(r'[^;,\t|\r\n\\]""[^;,\t|\r\n]')

csv.field_size_limit(max(csv.field_size_limit(), RECORD_BYTES))  # the default: 131,072 characters


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How cells are separated; `above` counts lines before the header."""

    delimiter: str
    escaped: bool = False
    above: int = 0

    def rows(self, text: Iterable[str]) -> Iterator[list[str] | csv.Error]:
        """Yield the rows; an error for one that cannot be read, after which the others follow."""
        reader = csv.reader(
            text,
            delimiter=self.delimiter,
            doublequote=not self.escaped,
            escapechar="\\" if self.escaped else None,
        )
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield error


def read(content: Content) -> Iterator[ArticleDraft | Skipped]:
    """Yield the articles of a table whose first line names its columns."""
    yield from read_records(content, _records(content))


def _records(content: Content) -> Iterator[Record | Skipped]:
    encoding = detect_encoding(content)
    with text_stream(content, encoding) as text:
        dialect = _dialect(text.read(_SAMPLE), content)
    with text_stream(content, encoding) as text:
        for _ in range(dialect.above):
            text.readline(RECORD_BYTES)
        yield from _rows(content, text, dialect)


def _rows(content: Content, text: io.TextIOBase, dialect: CsvDialect) -> Iterator[Record | Skipped]:
    lines = _Counted(text, dialect.above)
    header: list[str] | None = None
    for row in dialect.rows(lines):
        first, lines.first = lines.first, lines.number + 1
        if isinstance(row, csv.Error):
            yield skipped_line(content, first, Problem("row-invalid", reason=reason_of(row)))
        elif not any(cell.strip() for cell in row):
            continue
        elif header is None:
            header = [cell.strip() for cell in row]
        elif any(cell.strip() for cell in row[len(header) :]):
            wide = Problem("row-too-wide", cells=len(row), columns=len(header))
            yield skipped_line(content, first, wide)
        else:
            cells: dict[str, object] = {}
            for name, cell in zip(header, row, strict=False):
                cells.setdefault(name, cell)
            yield Record(Problem("at-line", number=first), cells)


class _Counted:
    """Lines with their numbers, because a row may span several."""

    def __init__(self, text: io.TextIOBase, above: int) -> None:
        self._text = text
        self.number = above
        self.first = above + 1

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        line = self._text.readline(RECORD_BYTES)
        if not line:
            raise StopIteration
        self.number += 1
        return line


def _dialect(sample: str, content: Content) -> CsvDialect:
    """Choose the dialect in which the header names most known fields and rows match its width."""
    if not sample.strip():
        raise ReadError("file-empty", shown=content.shown)
    above = 0
    first, _, rest = sample.partition("\n")
    if first.lower().strip().startswith("sep="):  # what Excel writes for itself
        above, sample = 1, rest
    escaped = bool(_ESCAPED.search(sample)) and not _DOUBLED.search(sample)
    dialects = [CsvDialect(mark, escaped, above) for mark in _DELIMITERS]
    return max(dialects, key=lambda dialect: _fitness(dialect, sample, content))


def _fitness(dialect: CsvDialect, sample: str, content: Content) -> tuple[int, float, int]:
    rows = [row for row in dialect.rows(io.StringIO(sample)) if isinstance(row, list) and row]
    if not rows:
        return 0, 0.0, 0
    header, *body = rows
    names = [cell.strip() for cell in header]
    facts = len(facts_in_names(names)) + len(set(names) & set(content.options.fields.values()))
    alike = sum(len(row) == len(header) for row in body) / (len(body) or 1)
    return facts, alike, len(header)
