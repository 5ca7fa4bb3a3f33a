"""Export of the state database to a file, and import into another database.

The file is JSON Lines in ASCII: a header, `{"selon": "state", "format": 1, "version": …,
"revision": …, "created_at": …}`; then each table, `{"table": …, "columns": […]}`, and its rows as
lists, in an order that respects foreign keys; at last `{"rows": {table: count}, "sha256": …}`, the
digest of all lines before. Times are ISO 8601 in UTC, bytes base 64. Tables and columns are
reflected from the database: a new one needs no change here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from alembic.util import CommandError
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    collate,
    event,
    func,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError

from bot.errors import StateError
from bot.state.database import State, is_outdated, migrate, revision_of, why_failed
from bot.state.tables import Base
from index.errors import Problem

FORMAT = 1
# Limits of one row: a delivery's largest file has 50 MB, and a third more in base 64; Python needs
# many times more memory for a value than its text has.
ROW_LIMIT_BYTES = 100_000_000
ROW_LIMIT_VALUES = 200_000

_BATCH_ROWS = 500
_BATCH_BYTES = 1_000_000
_REVISIONS = "alembic_version"
_MAGIC = b'{"selon":"state",'

Counts = dict[str, int]  # rows by table
_Columns = Mapping[str, Sequence[str]]  # the columns of each table, both in the order of a file


def write_state(state: State, file: IO[bytes]) -> Counts:
    """Write one snapshot of the database, without blocking readers or writers; return its rows.
    Raises StateError, and OSError for the file."""
    digest, counts = hashlib.sha256(), Counts()

    def write(line: bytes) -> None:
        digest.update(line)
        file.write(line)

    with state.session(reading=True) as session:
        connection = session.connection()
        tables = _reflect(connection, Base.metadata.tables)
        columns = {table.name: [*table.columns.keys()] for table in tables.values()}
        header = {
            "selon": "state",
            "format": FORMAT,
            "version": version("selon"),
            "revision": revision_of(connection),
            "created_at": _to_json(datetime.now(UTC)),
        }
        write(_line(header))
        for line in _table_lines(connection, tables, columns, counts):
            write(line)
        file.write(_line({"rows": counts, "sha256": digest.hexdigest()}))
        return counts


def read_state(state: State, file: IO[bytes], *, replace: bool = False) -> Counts:
    """Read a file into the database in one transaction; return the number of its rows.

    The tables of an older Selon are migrated. The rows are compared with the file before the
    transaction is committed. Raises StateError, also for existing rows without `replace`, and
    OSError for the file.
    """
    source = _Source(file)
    header = source.next()
    match header:
        case {"selon": "state", "format": int(file_format), "revision": str(revision)}:
            if file_format != FORMAT:
                raise StateError("state-file-newer", version=str(header.get("version")))
        case _:
            raise StateError("state-file-other")
    header_line = source.line
    with state.session() as session:
        connection = session.connection()
        tables = Base.metadata.sorted_tables
        sizes = (session.scalar(select(func.count()).select_from(table)) for table in tables)
        if not replace and (rows := sum(filter(None, sizes))):
            raise StateError("state-not-empty", subject=state.label, rows=rows)
        new_tables = _recreate_tables(connection, revision, str(header.get("version")))
        columns, counts = _load(connection, new_tables, source)
        new_counts, digest = Counts(), hashlib.sha256(header_line)
        for line in _table_lines(connection, new_tables, columns, new_counts):
            digest.update(line)
        if (new_counts, digest.digest()) != (counts, source.digest.digest()):
            raise StateError("state-not-verified", subject=state.label)
        migrate(connection)
    return counts


def is_archive(path: Path) -> bool:
    """True if a file begins like an exported state. Raises OSError."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


# Writing


def _table_lines(
    connection: Connection, tables: Mapping[str, Table], columns: _Columns, counts: Counts
) -> Iterator[bytes]:
    """The lines of all tables, in an order that depends only on their content."""
    for name, names in columns.items():
        counts[name] = 0
        yield _line({"table": name, "columns": names})
        columns_of = tables[name].columns
        has_files = any(isinstance(column.type, LargeBinary) for column in columns_of)
        order = [_sort_key(column, connection) for column in tables[name].primary_key]
        rows = select(*(columns_of[name] for name in names)).order_by(*order)
        options = {"yield_per": 1 if has_files else 100}
        for row in connection.execute(rows, execution_options=options):
            counts[name] += 1
            yield _line([_to_json(value) for value in row])


def _sort_key(column: Column[Any], connection: Connection) -> Any:
    """The column with a bytewise collation: the databases' own depend on the locale."""
    if not isinstance(column.type, String):
        return column
    return collate(column, "BINARY" if connection.dialect.name == "sqlite" else "C")


def _to_json(value: object) -> object:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


# Reading


class _Source:
    """The values of a file, line by line; `digest` covers the lines before the current one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.line = b""
        self.number = 0
        self.digest = hashlib.sha256()

    def next(self) -> Any:
        """Parse the next line. Raises StateError if it is malformed, and at the end of the file."""
        self.digest.update(self.line)
        self.line = self._file.readline(ROW_LIMIT_BYTES)
        self.number += 1
        if not self.line.endswith(b"\n") and len(self.line) < ROW_LIMIT_BYTES:
            raise StateError("state-file-cut" if self.number > 1 else "state-file-other")
        if sum(map(self.line.count, (b",", b"[", b"{"))) > ROW_LIMIT_VALUES:
            raise self.fault()
        try:
            return json.loads(self.line)
        except (ValueError, RecursionError) as error:
            raise self.fault() from error

    def fault(self) -> StateError:
        """The error for a line that Selon would not have written."""
        if self.number == 1:
            return StateError("state-file-other")
        return StateError("state-file-malformed", at=Problem("at-line", number=self.number))


class _TableWriter:
    """Fills a table in batches of rows."""

    def __init__(self, connection: Connection, table: Table, names: Sequence[str]) -> None:
        self._connection = connection
        self._table = table
        self._parsers = [(name, _parser(table.columns[name])) for name in names]
        self._batch: list[dict[str, object]] = []
        self._batch_bytes = 0
        self.count = 0

    def add(self, row: Sequence[object], size: int) -> None:
        """Raises ValueError for values that are not of the columns' types, StateError."""
        pairs = zip(self._parsers, row, strict=True)
        self._batch.append(
            {name: None if value is None else parse(value) for (name, parse), value in pairs}
        )
        self._batch_bytes += size
        self.count += 1
        if len(self._batch) >= _BATCH_ROWS or self._batch_bytes >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        if not self._batch:
            return
        try:
            self._connection.execute(self._table.insert(), self._batch)
        except (DataError, IntegrityError) as error:
            raise StateError(
                "state-file-rows", table=self._table.name, reason=why_failed(error)
            ) from error
        self._batch, self._batch_bytes = [], 0


def _load(
    connection: Connection, tables: Mapping[str, Table], source: _Source
) -> tuple[_Columns, Counts]:
    """Fill all tables; return the columns and the numbers of rows. Raises StateError."""
    columns: dict[str, Sequence[str]] = {}
    writers: dict[str, _TableWriter] = {}
    writer: _TableWriter | None = None
    while True:
        match source.next():
            case list() as row if writer is not None:
                try:
                    writer.add(row, len(source.line))
                except (ValueError, OverflowError) as error:
                    raise source.fault() from error
            case {"table": str(name), "columns": [*names]} if name in tables.keys() - columns:
                if writer is not None:
                    writer.flush()
                if sorted(map(str, names)) != sorted(tables[name].columns.keys()):
                    raise source.fault()
                columns[name] = [*map(str, names)]
                writer = writers[name] = _TableWriter(connection, tables[name], columns[name])
            case {"rows": dict() as rows, "sha256": str(digest)} if writer is not None:
                writer.flush()
                counts = {name: writer.count for name, writer in writers.items()}
                is_complete = columns.keys() == tables.keys() and rows == counts
                if not is_complete or digest != source.digest.hexdigest():
                    raise StateError("state-file-altered")
                _set_sequences(connection, tables.values())
                return columns, counts
            case _:
                raise source.fault()


def _parser(column: Column[Any]) -> Callable[[Any], object]:
    """The function from JSON to a value of a column. It raises ValueError or OverflowError."""
    for kind, parse in _PARSERS:
        if isinstance(column.type, kind):
            return parse
    raise NotImplementedError(f"{column.table.name}.{column.name}: {column.type!r}")


def _check(kind: type, is_valid: Callable[[Any], bool]) -> Callable[[Any], object]:
    def parse(value: object) -> object:
        if type(value) is not kind or not is_valid(value):
            raise ValueError
        return value

    return parse


def _parse_time(value: object) -> datetime:
    time = datetime.fromisoformat(_parse_text(value))
    if time.tzinfo is None:
        raise ValueError
    return time.astimezone(UTC)


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    value.encode()
    return value


_PARSERS: Sequence[tuple[type, Callable[[Any], object]]] = (
    (Boolean, _check(bool, lambda value: True)),
    (Integer, _check(int, lambda value: -(2**63) <= value < 2**63)),
    (Float, _check(float, math.isfinite)),
    (DateTime, _parse_time),
    (Date, lambda value: date.fromisoformat(_parse_text(value))),
    (LargeBinary, lambda value: base64.b64decode(_parse_text(value), validate=True)),
    (JSON, lambda value: value),
    (String, _parse_text),
)


# The database


def _reflect(connection: Connection, names: Iterable[str]) -> dict[str, Table]:
    """The tables as the database has them, in an order that respects foreign keys."""
    metadata = MetaData()

    @event.listens_for(metadata, "column_reflect")
    def keep_null(_inspector: object, _table: object, column: Any) -> None:
        if isinstance(column["type"], JSON):
            column["type"] = JSON(none_as_null=True)

    metadata.reflect(connection, only=[*names])
    return {table.name: table for table in metadata.sorted_tables}


def _recreate_tables(connection: Connection, revision: str, version: str) -> dict[str, Table]:
    """Replace all tables by the empty ones of a revision. Raises StateError."""
    if is_outdated(revision):
        raise StateError("state-file-older", version=version)
    Base.metadata.drop_all(connection)
    connection.execute(text(f"DROP TABLE {_REVISIONS}"))
    others = {*inspect(connection).get_table_names(), _REVISIONS}
    try:
        migrate(connection, revision)
    except CommandError as error:
        raise StateError("state-file-newer", version=version) from error
    if revision_of(connection) != revision:
        raise StateError("state-file-other")
    return _reflect(connection, {*inspect(connection).get_table_names()} - others)


def _set_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    """Make PostgreSQL number new rows after the last one; SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            if connection.execute(select(sequence)).scalar() is not None:
                last = select(func.max(column)).scalar_subquery()
                first = func.coalesce(last, literal(0)) + 1
                connection.execute(select(func.setval(sequence, first, False)))
