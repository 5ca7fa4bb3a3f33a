"""Copies of the state database: a SQLite file of its own, and back into any database.

The file is a database as `open_state` makes it, marked by its application id.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, LargeBinary, Table, func, literal, select, text
from sqlalchemy.orm import Session

from bot.errors import StateError
from bot.state.database import State, open_state
from bot.state.tables import Base

_APPLICATION_ID = 0x53454C4E
_BATCH_ROWS = 500

Counts = dict[str, int]  # rows by table


def write_state(state: State, path: Path) -> Counts:
    """Copy one snapshot of the database into a new file, without blocking readers or writers;
    return its rows. Raises StateError."""
    opened = closing(open_state(f"sqlite:///{path}"))
    with opened as archive, state.session(reading=True) as source, archive.session() as target:
        target.execute(text(f"PRAGMA application_id = {_APPLICATION_ID}"))
        return _copy(source, target)


def read_state(state: State, path: Path, *, replace: bool = False) -> Counts:
    """Copy a file into the database in one transaction; return the number of its rows.

    The tables of an older Selon are migrated. Raises StateError, also for existing rows without
    `replace`, and OSError for the file.
    """
    if not is_archive(path):
        raise StateError("state-file-other", subject=path)
    beside = state.file.parent if state.file else None
    with TemporaryDirectory(prefix=".selon-", dir=beside) as folder:
        own_copy = shutil.copyfile(path, Path(folder, "state.sqlite"))  # to be migrated
        try:
            archive = open_state(f"sqlite:///{own_copy}")
        except StateError as error:
            raise StateError(error.problem, subject=path) from error
        with closing(archive), archive.session(reading=True) as source, state.session() as target:
            tables = Base.metadata.sorted_tables
            sizes = (target.scalar(select(func.count()).select_from(table)) for table in tables)
            if not replace and (rows := sum(filter(None, sizes))):
                raise StateError("state-not-empty", subject=state.label, rows=rows)
            for table in reversed(tables):
                target.execute(table.delete())
            counts = _copy(source, target)
            _set_sequences(target.connection(), tables)
            return counts


def is_archive(path: Path) -> bool:
    """True if a file is a copy by `write_state`. Raises OSError, also if there is none."""
    if path.exists() and not path.is_file():
        return False
    with path.open("rb") as file:
        file.seek(68)  # https://www.sqlite.org/fileformat.html#application_id
        return file.read(4) == _APPLICATION_ID.to_bytes(4)


def _copy(source: Session, target: Session) -> Counts:
    counts: Counts = {}
    for table in Base.metadata.sorted_tables:
        has_files = any(isinstance(column.type, LargeBinary) for column in table.columns)
        options = {"yield_per": 1 if has_files else _BATCH_ROWS}
        rows = select(table).order_by(*table.primary_key)
        counts[table.name] = 0
        for batch in source.execute(rows, execution_options=options).partitions():
            target.execute(table.insert(), [dict(row._mapping) for row in batch])
            counts[table.name] += len(batch)
    return counts


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
