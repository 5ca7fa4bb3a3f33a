"""The database is made, migrated, refused in one line, and shared by threads."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bot.errors import SettingsError, StateError
from bot.state import State, open_state, people
from bot.state.database import state_url
from bot.state.tables import Base

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_migrations_make_the_tables_that_the_code_expects(url: str) -> None:
    open_state(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_opening_again_keeps_what_was_written(url: str) -> None:
    first = open_state(url)
    first.do(lambda session: people.seen(session, 7, NOW))
    first.close()
    again = open_state(url)
    found = again.do(lambda session: people.person(session, 7))
    again.close()
    assert found is not None
    assert found.first_seen == NOW


def test_a_job_that_fails_leaves_nothing(state: State) -> None:
    def job(session: Session) -> None:
        people.seen(session, 7, NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        state.do(job)
    assert state.do(lambda session: people.person(session, 7)) is None


def test_many_threads_write_at_once_and_nothing_is_lost(state: State) -> None:
    with ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(state.do, lambda session, number=number: people.seen(session, number, NOW))
            for number in range(1, 101)
        ]
    assert {job.result().id for job in jobs} == set(range(1, 101))


async def test_runs_off_the_event_loop(state: State) -> None:
    assert (await state.run(lambda session: people.seen(session, 9, NOW))).id == 9


def test_a_database_of_a_newer_selon_is_refused(url: str, tmp_path: Path) -> None:
    open_state(url).close()
    connection = sqlite3.connect(tmp_path / "state.sqlite")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(StateError, match=r"state\.sqlite: written by a newer Selon .*upgrade"):
        open_state(url)


def test_a_file_that_is_no_database_is_refused_in_one_line(url: str, tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"not a database " * 100)
    with pytest.raises(StateError, match=r"state\.sqlite: cannot be opened") as caught:
        open_state(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["what", "nosuch://host/x"])
def test_an_url_of_no_database_names_the_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="SELON_DATABASE_URL"):
        open_state(url)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    with pytest.raises((StateError, SettingsError)) as caught:
        open_state("postgresql+psycopg://selon:secret@127.0.0.1:1/selon")
    assert "secret" not in str(caught.value)


def test_the_default_is_a_file_of_the_data_directory(tmp_path: Path) -> None:
    assert state_url(None, tmp_path) == f"sqlite:///{tmp_path}/state.sqlite"
    assert state_url("postgresql://x/y", tmp_path) == "postgresql://x/y"
