"""All that people left behind, written to a file and read into another database: whole or not."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import sqlalchemy as sa
from sqlalchemy import insert, select, text

from bot.errors import StateError
from bot.state import archive, database, migrations, people
from bot.state.archive import read_state, write_state
from bot.state.database import State, open_state
from bot.state.tables import Base
from tests.postgres.server import Server

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ROWS = 3


VALUES: tuple[tuple[type, Callable[[int], object]], ...] = (
    (sa.Boolean, lambda number: number % 2 == 0),
    (sa.Integer, lambda number: number),
    (sa.Float, lambda number: number / 3),
    (sa.DateTime, lambda number: NOW + timedelta(days=number)),
    (sa.Date, lambda number: date(2026, 3, number)),
    (sa.LargeBinary, lambda number: bytes(range(256)) * number),
    (sa.JSON, lambda number: {"é": [number, None, 0.1, "\ud83d\x00"], "b": {}}),
    (sa.String, lambda number: f"Zoé « {number} » \u202f\U0001f600\n"[:16]),
)


def row(table: sa.Table, number: int) -> dict[str, object]:
    """Something in every column; nothing, of the last row, where nothing may be."""
    found: dict[str, object] = {}
    for column in table.columns:
        if column.nullable and number == ROWS:
            found[column.name] = None
            continue
        real = column.type.impl if isinstance(column.type, sa.TypeDecorator) else column.type
        make = next(make for kind, make in VALUES if isinstance(real, kind))
        made = make(number)
        found[column.name] = made[: real.length] if isinstance(made, str) else made
    return found


def fill(state: State) -> None:
    with state.session() as session:
        for table in Base.metadata.sorted_tables:
            for number in range(1, ROWS + 1):
                session.execute(insert(table).values(row(table, number)))


def contents(state: State) -> dict[str, list[tuple[Any, ...]]]:
    with state.session(reading=True) as session:
        tables = Base.metadata.tables.items()
        chosen = {name: select(table).order_by(*table.primary_key) for name, table in tables}
        return {name: list(map(tuple, session.execute(query))) for name, query in chosen.items()}


@pytest.fixture
def source(url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """A database of the other kind."""
    with ExitStack() as stack:
        is_sqlite, url = url.startswith("sqlite"), f"sqlite:///{tmp_path}/source.sqlite"
        if is_sqlite:
            server: Server = request.getfixturevalue("postgres_server")
            template = request.getfixturevalue("migrated_template")
            url = stack.enter_context(server.database(template))
        yield stack.enter_context(closing(open_state(url)))


def note_somebody(state: State) -> None:
    state.do(partial(people.note_person, person_id=77, now=NOW))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with rows in all tables."""
    folder = tmp_path_factory.mktemp("full")
    with closing(open_state(f"sqlite:///{folder}/state.sqlite")) as state:
        fill(state)
        write_state(state, folder / "copy")
    return folder / "copy"


def test_all_is_the_same_in_the_other_database_and_numbered_on(
    source: State, state: State, tmp_path: Path
) -> None:
    fill(source)
    expected = dict.fromkeys(Base.metadata.tables, ROWS)
    assert write_state(source, tmp_path / "copy") == expected
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy"]
    assert read_state(state, tmp_path / "copy") == expected
    assert contents(state) == contents(source)
    with state.session() as session:  # nothing is told from a null of JSON
        assert session.scalar(text("SELECT count(*) FROM updates WHERE content IS NULL")) == 1
        numbered = {"conversations", "turns", "alerts", "documents", "announcements"}
        for table in map(Base.metadata.tables.get, numbered & set(Base.metadata.tables)):
            values = {key: value for key, value in row(table, 1).items() if key != "id"}
            made = session.execute(insert(table).values(values))
            assert made.inserted_primary_key == (ROWS + 1,)


class Interrupted:
    """The tables in their order; something happens after the first."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.tables = Base.metadata.tables
        self._act = act

    @property
    def sorted_tables(self) -> Iterator[sa.Table]:
        first, *others = Base.metadata.sorted_tables
        yield first
        self._act()
        yield from others


def test_it_is_one_moment_and_nobody_waits_for_it(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(state)
    before = contents(state)["people"]
    interrupted = Interrupted(partial(note_somebody, state))
    monkeypatch.setattr(archive, "Base", Mock(metadata=interrupted))
    assert write_state(state, tmp_path / "copy")["people"] == len(before)
    assert len(contents(state)["people"]) == len(before) + 1


def test_nothing_is_overwritten_unless_so_told(state: State, whole: Path) -> None:
    note_somebody(state)
    before = contents(state)
    with pytest.raises(StateError, match="state-not-empty") as refusal:
        read_state(state, whole)
    assert refusal.value.parameters == {"rows": 1}
    assert contents(state) == before
    counts = read_state(state, whole, replace=True)
    assert counts == {name: len(rows) for name, rows in contents(state).items()}


@pytest.mark.usefixtures("real_migrations")
def test_a_file_of_an_older_selon_is_brought_to_the_new_tables(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = Path(shutil.copytree(migrations.__path__[0], tmp_path / "migrations"))
    with closing(sqlite3.connect(whole)) as file:
        [head] = file.execute("SELECT version_num FROM alembic_version").fetchone()
    (versions / "versions" / "later.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = 'later', {head!r}, None, None\n"
        "def upgrade():\n"
        "    op.execute(\"UPDATE people SET language = 'en'\")\n"
    )
    monkeypatch.setattr(database, "_MIGRATIONS", versions)
    before = whole.read_bytes()
    with closing(open_state(f"sqlite:///{tmp_path}/state.sqlite")) as state:
        read_state(state, whole)
        with state.session() as session:
            languages = session.execute(text("SELECT language FROM people")).scalars().all()
    assert languages == ["en"] * ROWS
    assert whole.read_bytes() == before


def set_revision(revision: str) -> Callable[[Path], object]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as database:
            database.execute("UPDATE alembic_version SET version_num = ?", [revision])
            database.commit()

    return change


HARMS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "nothing": ("state-file-other", lambda file: file.write_bytes(b"")),
    "something else": ("state-file-other", lambda file: file.write_text('{"selon":"state"}\n')),
    "a later revision": ("database-newer", set_revision("9999")),
    "an earlier revision": ("database-older", set_revision("0012")),
    "no end": ("database-damaged", lambda file: os.truncate(file, file.stat().st_size - 4096)),
    "all but the last byte": (
        "database-damaged",
        lambda file: os.truncate(file, file.stat().st_size - 1),
    ),
}


@pytest.mark.parametrize(("code", "harm"), HARMS.values(), ids=HARMS)
def test_a_file_that_is_not_whole_changes_nothing(
    whole: Path, tmp_path: Path, code: str, harm: Callable[[Path], object]
) -> None:
    file = Path(shutil.copyfile(whole, tmp_path / "copy"))
    harm(file)
    with closing(open_state(f"sqlite:///{tmp_path}/state.sqlite")) as state:
        note_somebody(state)
        with pytest.raises(StateError) as refusal:
            read_state(state, file, replace=True)
        assert (refusal.value.code, refusal.value.subject) == (code, str(file))
        assert len(contents(state)["people"]) == 1


def test_what_ends_half_way_leaves_all_as_it_was(
    state: State, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_somebody(state)
    before = contents(state)
    monkeypatch.setattr(archive, "_set_sequences", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        read_state(state, whole, replace=True)
    assert contents(state) == before


def test_a_table_of_any_size_is_moved_in_little_memory(
    source: State, state: State, tmp_path: Path
) -> None:
    """Fifteen files of a megabyte: neither way are more than a few of them in memory."""
    deliveries = Base.metadata.tables["deliveries"]
    attachments = Base.metadata.tables["attachments"]
    with source.session() as session:
        session.execute(insert(deliveries).values(row(deliveries, 1)))
        for number in range(15):
            data = bytes([number]) * 1_000_000
            values = {"delivery_id": 1, "digest": str(number), "data": data}
            session.execute(insert(attachments).values(values))
    tracemalloc.start()
    try:
        write_state(source, tmp_path / "copy")
        read_state(state, tmp_path / "copy")
        assert tracemalloc.get_traced_memory()[1] < 13_000_000
    finally:
        tracemalloc.stop()
