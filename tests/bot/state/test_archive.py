"""All that people left behind, written to a file and read into another database: whole or not."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryFile
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import insert, select, text

from bot.errors import StateError
from bot.state import database, migrations, people
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
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    """Another database, of SQLite unless a test asks for the other kind."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/source.sqlite"
        if getattr(request, "param", "sqlite") != "sqlite":
            server: Server = request.getfixturevalue("postgres_server")
            template = request.getfixturevalue("migrated_template")
            url = stack.enter_context(server.database(template))
        yield stack.enter_context(closing(open_state(url)))


def note_somebody(state: State) -> None:
    state.do(partial(people.note_person, person_id=77, now=NOW))


def written(state: State) -> bytes:
    file = io.BytesIO()
    write_state(state, file)
    return file.getvalue()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    path = tmp_path_factory.mktemp("full") / "state.sqlite"
    with closing(open_state(f"sqlite:///{path}")) as state:
        fill(state)
        yield state


@pytest.fixture(scope="module")
def whole(full: State) -> bytes:
    return written(full)


@pytest.mark.parametrize("source", ["sqlite", "postgresql"], indirect=True)
def test_all_is_the_same_in_the_other_database_and_numbered_on(source: State, state: State) -> None:
    fill(source)
    file = written(source)
    assert read_state(state, io.BytesIO(file)) == dict.fromkeys(Base.metadata.tables, ROWS)
    assert contents(state) == contents(source)
    assert written(state).splitlines()[1:-1] == file.splitlines()[1:-1]
    with state.session() as session:  # nothing is told from a null of JSON
        assert session.scalar(text("SELECT count(*) FROM updates WHERE content IS NULL")) == 1
        numbered = {"conversations", "turns", "alerts", "documents", "announcements"}
        for table in map(Base.metadata.tables.get, numbered & set(Base.metadata.tables)):
            values = {key: value for key, value in row(table, 1).items() if key != "id"}
            made = session.execute(insert(table).values(values))
            assert made.inserted_primary_key == (ROWS + 1,)


def test_it_is_one_moment_and_nobody_waits_for_it(state: State) -> None:
    fill(state)
    before = contents(state)["people"]

    class Slow(io.BytesIO):
        """Somebody writes to the bot before the first line is out."""

        def write(self, line: Any) -> int:
            if not self.tell():
                note_somebody(state)
            return super().write(line)

    assert write_state(state, Slow())["people"] == len(before)
    assert len(contents(state)["people"]) == len(before) + 1


def test_nothing_is_overwritten_unless_so_told(state: State, full: State, whole: bytes) -> None:
    note_somebody(state)
    before = contents(state)
    with pytest.raises(StateError, match="state-not-empty") as refusal:
        read_state(state, io.BytesIO(whole))
    assert refusal.value.parameters == {"rows": 1}
    assert contents(state) == before
    read_state(state, io.BytesIO(whole), replace=True)
    assert contents(state) == contents(full)


def test_other_tables_of_a_database_are_left_alone(state: State, whole: bytes) -> None:
    with state.session() as session:
        session.execute(text("CREATE TABLE accounts (id bigint primary key)"))
        session.execute(text("INSERT INTO accounts VALUES (1)"))
    read_state(state, io.BytesIO(whole))
    assert b"accounts" not in written(state)
    with state.session() as session:
        assert session.scalar(text("SELECT count(*) FROM accounts")) == 1


@pytest.mark.usefixtures("real_migrations")
def test_a_file_of_an_older_selon_is_brought_to_the_new_tables(
    state: State, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = Path(shutil.copytree(migrations.__path__[0], tmp_path / "migrations"))
    head = json.loads(whole.splitlines()[0])["revision"]
    (versions / "versions" / "later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = 'later', {head!r}, None, None\n"
        "def upgrade():\n"
        "    op.add_column('people', sa.Column('colour', sa.String(8)))\n"
        "    op.execute(\"UPDATE people SET colour = 'green'\")\n"
        "    op.create_table('habits', sa.Column('id', sa.BigInteger(), primary_key=True))\n"
    )
    monkeypatch.setattr(database, "_MIGRATIONS", versions)
    read_state(state, io.BytesIO(whole))
    with state.session() as session:
        colours = session.execute(text("SELECT colour FROM people")).scalars().all()
        assert colours == ["green"] * ROWS
        assert session.scalar(text("SELECT count(*) FROM habits")) == 0
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == "later"


def sealed(lines: list[bytes]) -> bytes:
    """A file with a last line that fits: nothing but its content is wrong."""
    counts: dict[str, int] = {}
    table = ""
    for line in lines[1:-1]:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            table = str(value.get("table"))
        counts[table] = counts.get(table, -1) + 1
    body = b"".join(line + b"\n" for line in lines[:-1])
    last = {"rows": counts, "sha256": hashlib.sha256(body).hexdigest()}
    return body + json.dumps(last).encode() + b"\n"


def changed(old: bytes, new: bytes, after: bytes = b"") -> Callable[[bytes], bytes]:
    def harm(file: bytes) -> bytes:
        at = file.index(old, file.index(after))
        return sealed((file[:at] + new + file[at + len(old) :]).splitlines())

    return harm


def person(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return changed(old, new, b'"table":"people"')


def put(line: bytes) -> Callable[[bytes], bytes]:
    return person(b"\n", b"\n" + line + b"\n")


def earlier(file: bytes) -> bytes:
    return sealed(re.sub(rb'"revision":"\d+"', b'"revision":"0012"', file).splitlines())


def without_notices(file: bytes) -> bytes:
    before, _, rest = file.partition(b'{"table":"notices"')
    return sealed((before + rest[rest.index(b'{"table"') :]).splitlines())


FIRST, HEAD = b'[1,"Zo', b'{"selon":"state","format":1,"revision":"head"}'
MOMENT, OTHERWISE = b"2026-03-02T12:00:00.123456+00:00", b"2026-03-02T13:00:00.123456+01:00"
HARMS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "nothing": ("other", lambda file: b""),
    "no end of its first line": ("other", lambda file: file.splitlines()[0]),
    "something else": ("other", lambda file: b'{"update_id": 1}\n'),
    "a later format": ("newer", changed(b'"format":1', b'"format":2')),
    "a later revision": ("newer", changed(b'"revision":"', b'"revision":"9')),
    "an earlier revision": ("older", earlier),
    "a revision that moves": ("other", lambda file: sealed([HEAD, b"", b""])),
    "no last line": ("cut", lambda file: file[: file.rstrip().rindex(b"\n") + 1]),
    "all but the last byte": ("cut", lambda file: file[:-1]),
    "one byte altered": ("altered", lambda file: file.replace(b"Zo", b"zo", 1)),
    "a row lost": ("altered", lambda file: re.sub(rb"\n[^\n]+(\n[^\n]+\n)$", rb"\1", file)),
    "a table lost": ("altered", without_notices),
    "a table twice": ("malformed", put(b'{"table":"chats","columns":["id"]}')),
    "a table of others": ("malformed", put(b'{"table":"sqlite_master","columns":["name"]}')),
    "a column of others": ("malformed", changed(b'"quiet_since"', b'"rowid"')),
    "columns that are none": ("malformed", changed(b'"quiet_since"', b"[[1]]")),
    "a row too long": ("malformed", put(b"[9,null,1,1,1,1]")),
    "no JSON": ("malformed", put(b"[9,")),
    "no UTF-8": ("malformed", put(b'["\xff"]')),
    "a list in lists without end": ("malformed", put(b"[" * 100_000)),
    "more values than a row has": ("malformed", put(b"[" + b"0," * 300_000 + b"0]")),
    "a number of a thousand digits": ("malformed", put(b"[" + b"9" * 5000 + b"]")),
    "a number beyond 64 bits": ("malformed", person(FIRST, b'[9223372036854775808,"Zo')),
    "words for a number": ("malformed", person(FIRST, b'["1","Zo')),
    "a list for words": ("malformed", person(FIRST, b'[1,["Zo"],"Zo')),
    "half a character": ("malformed", person(FIRST, b'[1,"\\ud83d')),
    "a day that is none": ("malformed", changed(b"2026-03-02T", b"2026-02-30T")),
    "a moment of no zone": ("malformed", changed(b"12:00:00.123456+00:00", b"12:00:00.123456")),
    "a moment before all others": ("malformed", changed(MOMENT, b"0001-01-01T00:00:00+14:00")),
    "a measure without end": ("malformed", changed(b"0.3333333333333333", b"1e999")),
    "no base 64": ("malformed", changed(base64.b64encode(bytes(range(90))), b"?" * 120)),
    "the same row twice": ("rows", person(b'[2,"Zo', FIRST)),
    "of somebody who is not there": ("rows", person(FIRST, b'[9,"Zo')),
    "a moment written otherwise": ("not-verified", changed(MOMENT, OTHERWISE)),
}


def test_a_file_that_is_not_whole_changes_nothing(state: State, url: str, whole: bytes) -> None:
    note_somebody(state)
    before = contents(state)
    for name, (code, harm) in HARMS.items():
        if not url.startswith("sqlite") and code != "rows":  # no database is asked
            continue
        with pytest.raises(StateError) as refusal:
            read_state(state, io.BytesIO(harm(whole)), replace=True)
        assert refusal.value.code in {f"state-file-{code}", f"state-{code}"}, name
        assert "Zo" not in str(refusal.value), name
        assert contents(state) == before, name


PROGRAM = (sys.executable, "-c", "from bot.main import main; main()", "state")


def test_a_kill_leaves_all_as_it_was(source: State, state: State, url: str, tmp_path: Path) -> None:
    many = Base.metadata.tables["notices"]
    with source.session() as session:
        rows = [{"key": f"{number:064}", "at": NOW} for number in range(5_000)]
        session.execute(insert(many), rows)
    file = written(source)
    note_somebody(state)
    before = contents(state)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    arguments = ("import", str(pipe), "--replace", "--data-dir", str(tmp_path))
    environment = {**os.environ, "SELON_DATABASE_URL": url}
    with (
        subprocess.Popen([*PROGRAM, *arguments], env=environment, stderr=DEVNULL) as process,
        pipe.open("wb", buffering=0) as into,
    ):
        # A pipe holds 64 KiB: when all this is through, most of it has been read.
        into.write(file[: len(file) // 2])
        process.kill()
        process.wait()
    assert contents(state) == before
    assert read_state(state, io.BytesIO(file), replace=True)["notices"] == 5_000


def test_a_table_of_any_size_is_moved_in_little_memory(source: State, state: State) -> None:
    """Fifteen files of a megabyte: neither way are more than a few of them in memory."""
    deliveries = Base.metadata.tables["deliveries"]
    attachments = Base.metadata.tables["attachments"]
    with source.session() as session:
        session.execute(insert(deliveries).values(row(deliveries, 1)))
        for number in range(15):
            data = bytes([number]) * 1_000_000
            values = {"delivery_id": 1, "digest": str(number), "data": data}
            session.execute(insert(attachments).values(values))
    with TemporaryFile() as file:
        tracemalloc.start()
        try:
            write_state(source, file)
            file.seek(0)
            read_state(state, file)
            assert tracemalloc.get_traced_memory()[1] < 13_000_000
        finally:
            tracemalloc.stop()
