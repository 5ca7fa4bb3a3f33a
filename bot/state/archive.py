"""All that people left behind in one file: written from a database, and read into another.

JSON Lines in ASCII. First what the file is, `{"selon": "state", "format": 1, "version": …,
"revision": …, "created_at": …}`; then each table, `{"table": …, "columns": […]}`, and its rows as
lists, those that others lean on first; at last `{"rows": {table: count}, "sha256": …}`, the digest
of all lines before. Moments are ISO 8601 in UTC, bytes base 64. What there is to move the database
itself tells: a new table or column needs nothing here.
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

# Of one row: the largest file that a delivery holds has 50 MB, and a third more in base 64.
LONGEST_LINE_BYTES = 100_000_000

# Of one row: Python takes many times more memory for a value than its text has.
MOST_VALUES = 200_000

_BATCH_ROWS = 500
_BATCH_BYTES = 1_000_000
_REVISIONS = "alembic_version"
_BEGINNING = b'{"selon":"state",'

Counts = dict[str, int]  # rows by table
_Columns = Mapping[str, Sequence[str]]  # the columns of each table, both in the order of a file


def write_state(state: State, file: IO[bytes]) -> Counts:
    """Write all of it as it is at one moment; nobody who reads or writes meanwhile has to wait.

    Raises StateError, and OSError as the file does.
    """
    digest, counts = hashlib.sha256(), Counts()

    def put(line: bytes) -> None:
        digest.update(line)
        file.write(line)

    with state.session(reading=True) as session:
        connection = session.connection()
        tables = _tables(connection, Base.metadata.tables)
        columns = {table.name: [*table.columns.keys()] for table in tables.values()}
        head = {
            "selon": "state",
            "format": FORMAT,
            "version": version("selon"),
            "revision": revision_of(connection),
            "created_at": _plain(datetime.now(UTC)),
        }
        put(_line(head))
        for line in _written(connection, tables, columns, counts):
            put(line)
        file.write(_line({"rows": counts, "sha256": digest.hexdigest()}))
        return counts


def read_state(state: State, file: IO[bytes], *, replace: bool = False) -> Counts:
    """Read all of it, or nothing: what there was stays until all is there and has been compared.

    The file of an older Selon is brought to the tables of this one. Raises StateError, also where
    something is there already that is not to be replaced, and OSError as the file does.
    """
    source = _Source(file)
    head = source.next()
    match head:
        case {"selon": "state", "format": int(form), "revision": str(revision)}:
            if form != FORMAT:
                raise StateError("state-file-newer", version=str(head.get("version")))
        case _:
            raise StateError("state-file-other")
    first = source.line
    with state.session() as session:
        connection = session.connection()
        tables = Base.metadata.sorted_tables
        sizes = (session.scalar(select(func.count()).select_from(each)) for each in tables)
        if not replace and (rows := sum(filter(None, sizes))):
            raise StateError("state-not-empty", shown=state.shown, rows=rows)
        made = _made_anew(connection, revision, str(head.get("version")))
        columns, counts = _loaded(connection, made, source)
        there, digest = Counts(), hashlib.sha256(first)
        for line in _written(connection, made, columns, there):
            digest.update(line)
        if (there, digest.digest()) != (counts, source.digest.digest()):
            raise StateError("state-not-verified", shown=state.shown)
        migrate(connection)
    return counts


def is_archive(path: Path) -> bool:
    """Whether a file begins as these do. Raises OSError."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)) == _BEGINNING


# Writing


def _written(
    connection: Connection, tables: Mapping[str, Table], columns: _Columns, counts: Counts
) -> Iterator[bytes]:
    """The lines of all tables in an order that depends on nothing but what is in them."""
    for name, names in columns.items():
        counts[name] = 0
        yield _line({"table": name, "columns": names})
        columns_of = tables[name].columns
        heavy = any(isinstance(column.type, LargeBinary) for column in columns_of)
        order = [_bytewise(column, connection) for column in tables[name].primary_key]
        rows = select(*(columns_of[each] for each in names)).order_by(*order)
        for row in connection.execute(rows, execution_options={"yield_per": 1 if heavy else 100}):
            counts[name] += 1
            yield _line([_plain(value) for value in row])


def _bytewise(column: Column[Any], connection: Connection) -> Any:
    """To sort by: databases would sort words as their countries do."""
    if not isinstance(column.type, String):
        return column
    return collate(column, "BINARY" if connection.dialect.name == "sqlite" else "C")


def _plain(value: object) -> object:
    """As JSON has it."""
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
    """The values of a file, line by line; `digest` is of the lines before the last one read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.line = b""
        self.number = 0
        self.digest = hashlib.sha256()

    def next(self) -> Any:
        """Raises StateError for a line that is none, and at the end of the file."""
        self.digest.update(self.line)
        self.line = self._file.readline(LONGEST_LINE_BYTES)
        self.number += 1
        if not self.line.endswith(b"\n") and len(self.line) < LONGEST_LINE_BYTES:
            raise StateError("state-file-cut" if self.number > 1 else "state-file-other")
        if sum(map(self.line.count, (b",", b"[", b"{"))) > MOST_VALUES:
            raise self.refused()
        try:
            return json.loads(self.line)
        except (ValueError, RecursionError) as error:
            raise self.refused() from error

    def refused(self) -> StateError:
        """Of a line that Selon would not have written."""
        if self.number == 1:
            return StateError("state-file-other")
        return StateError("state-file-malformed", at=Problem("at-line", number=self.number))


class _Target:
    """A table that is filled, some rows at a time."""

    def __init__(self, connection: Connection, table: Table, names: Sequence[str]) -> None:
        self._connection = connection
        self._table = table
        self._readers = [(name, _reader(table.columns[name])) for name in names]
        self._waiting: list[dict[str, object]] = []
        self._bytes = 0
        self.count = 0

    def add(self, row: Sequence[object], size: int) -> None:
        """Raises ValueError for values that are not of the columns' types, StateError."""
        pairs = zip(self._readers, row, strict=True)
        self._waiting.append(
            {name: None if value is None else read(value) for (name, read), value in pairs}
        )
        self._bytes += size
        self.count += 1
        if len(self._waiting) >= _BATCH_ROWS or self._bytes >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        if not self._waiting:
            return
        try:
            self._connection.execute(self._table.insert(), self._waiting)
        except (DataError, IntegrityError) as error:
            raise StateError(
                "state-file-rows", table=self._table.name, reason=why_failed(error)
            ) from error
        self._waiting, self._bytes = [], 0


def _loaded(
    connection: Connection, tables: Mapping[str, Table], source: _Source
) -> tuple[_Columns, Counts]:
    """Fill all tables; which columns the file has, and how many rows. Raises StateError."""
    columns: dict[str, Sequence[str]] = {}
    targets: dict[str, _Target] = {}
    target: _Target | None = None
    while True:
        match source.next():
            case list() as row if target is not None:
                try:
                    target.add(row, len(source.line))
                except (ValueError, OverflowError) as error:
                    raise source.refused() from error
            case {"table": str(name), "columns": [*names]} if name in tables.keys() - columns:
                if target is not None:
                    target.flush()
                if sorted(map(str, names)) != sorted(tables[name].columns.keys()):
                    raise source.refused()
                columns[name] = [*map(str, names)]
                target = targets[name] = _Target(connection, tables[name], columns[name])
            case {"rows": dict() as told, "sha256": str(digest)} if target is not None:
                target.flush()
                counts = {name: each.count for name, each in targets.items()}
                whole = columns.keys() == tables.keys() and told == counts
                if not whole or digest != source.digest.hexdigest():
                    raise StateError("state-file-altered")
                _number_on(connection, tables.values())
                return columns, counts
            case _:
                raise source.refused()


def _reader(column: Column[Any]) -> Callable[[Any], object]:
    """What makes of JSON a value of a column. It raises ValueError or OverflowError."""
    for kind, read in _READERS:
        if isinstance(column.type, kind):
            return read
    raise NotImplementedError(f"{column.table.name}.{column.name}: {column.type!r}")


def _checked(kind: type, holds: Callable[[Any], bool]) -> Callable[[Any], object]:
    def read(value: object) -> object:
        if type(value) is not kind or not holds(value):
            raise ValueError
        return value

    return read


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_words(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    value.encode()
    return value


_READERS: Sequence[tuple[type, Callable[[Any], object]]] = (
    (Boolean, _checked(bool, lambda value: True)),
    (Integer, _checked(int, lambda value: -(2**63) <= value < 2**63)),
    (Float, _checked(float, math.isfinite)),
    (DateTime, _moment),
    (Date, lambda value: date.fromisoformat(_words(value))),
    (LargeBinary, lambda value: base64.b64decode(_words(value), validate=True)),
    (JSON, lambda value: value),
    (String, _words),
)


# The database


def _tables(connection: Connection, names: Iterable[str]) -> dict[str, Table]:
    """As they are there, those first that others lean on."""
    metadata = MetaData()

    @event.listens_for(metadata, "column_reflect")
    def keep_null(_inspector: object, _table: object, column: Any) -> None:
        if isinstance(column["type"], JSON):
            column["type"] = JSON(none_as_null=True)

    metadata.reflect(connection, only=[*names])
    return {table.name: table for table in metadata.sorted_tables}


def _made_anew(connection: Connection, revision: str, written_by: str) -> dict[str, Table]:
    """The tables of a revision, empty, in the place of those that there are. Raises StateError."""
    if is_outdated(revision):
        raise StateError("state-file-older", version=written_by)
    Base.metadata.drop_all(connection)
    connection.execute(text(f"DROP TABLE {_REVISIONS}"))
    others = {*inspect(connection).get_table_names(), _REVISIONS}
    try:
        migrate(connection, revision)
    except CommandError as error:
        raise StateError("state-file-newer", version=written_by) from error
    if revision_of(connection) != revision:
        raise StateError("state-file-other")
    return _tables(connection, {*inspect(connection).get_table_names()} - others)


def _number_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL number new rows from the last one on, as SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            if connection.execute(select(sequence)).scalar() is not None:
                last = select(func.max(column)).scalar_subquery()
                first = func.coalesce(last, literal(0)) + 1
                connection.execute(select(func.setval(sequence, first, False)))
