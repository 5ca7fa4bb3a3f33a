"""CSV tables, one article per row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from index.errors import Problem, ReadError, reason_of
from index.formats.base import Content, ParsedArticle, Skipped
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
    """How cells are separated; `above` counts the lines before the header."""

    delimiter: str
    has_escapes: bool = False
    above: int = 0

    def rows(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str] | csv.Error]]:
        """Yield each row with the number of its first line; an unreadable row as its error."""
        reader = csv.reader(
            lines,
            delimiter=self.delimiter,
            doublequote=not self.has_escapes,
            escapechar="\\" if self.has_escapes else None,
        )
        while True:
            first = self.above + reader.line_num + 1
            try:
                yield first, next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield first, error


def read(content: Content) -> Iterator[ParsedArticle | Skipped]:
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
    lines = iter(partial(text.readline, RECORD_BYTES), "")
    header: list[str] | None = None
    for first, row in dialect.rows(lines):
        if isinstance(row, csv.Error):
            yield skipped_line(content, first, Problem("row-invalid", reason=reason_of(row)))
        elif not any(cell.strip() for cell in row):
            continue
        elif header is None:
            header = [cell.strip() for cell in row]
        elif any(cell.strip() for cell in row[len(header) :]):
            problem = Problem("row-too-wide", cells=len(row), columns=len(header))
            yield skipped_line(content, first, problem)
        else:
            cells: dict[str, object] = {}
            for name, cell in zip(header, row, strict=False):
                cells.setdefault(name, cell)
            yield Record(Problem("at-line", number=first), cells)


def _dialect(sample: str, content: Content) -> CsvDialect:
    """Choose the dialect in which the header names most known fields and rows match its width."""
    if not sample.strip():
        raise ReadError("file-empty", subject=content.label)
    above = 0
    first, _, rest = sample.partition("\n")
    if first.lower().strip().startswith("sep="):  # Excel's own hint
        above, sample = 1, rest
    has_escapes = bool(_ESCAPED.search(sample)) and not _DOUBLED.search(sample)
    dialects = [CsvDialect(mark, has_escapes, above) for mark in _DELIMITERS]
    return max(dialects, key=lambda dialect: _fitness(dialect, sample, content))


def _fitness(dialect: CsvDialect, sample: str, content: Content) -> tuple[int, float, int]:
    lines = io.StringIO(sample, newline="")
    rows = [row for _, row in dialect.rows(lines) if isinstance(row, list) and row]
    header, *body = rows or [[]]
    names = [cell.strip() for cell in header]
    facts = len(facts_in_names(names)) + len(set(names) & set(content.options.fields.values()))
    alike = sum(len(row) == len(header) for row in body) / (len(body) or 1)
    return facts, alike, len(header)
