"""The database is made, migrated, refused in one line, and shared by threads."""

from __future__ import annotations

import multiprocessing
import shutil
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import URL, create_engine, inspect, text
from sqlalchemy.orm import Session

from bot.errors import SettingsError, StateError
from bot.state import announcements, conversations, documents, migrations, people, privacy, spending
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.database import State, open_state
from bot.state.spending import Spending
from bot.state.tables import Base
from tests.postgres.server import Server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.usefixtures("real_migrations")
def test_the_migrations_make_the_tables_that_the_code_expects(url: str) -> None:
    open_state(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": is_known}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_opening_again_keeps_what_was_written(url: str) -> None:
    first = open_state(url)
    first.do(lambda session: people.note_person(session, 7, NOW))
    first.close()
    again = open_state(url)
    found = again.do(lambda session: people.person(session, 7))
    again.close()
    assert found is not None
    assert found.first_seen == NOW


def test_a_job_that_fails_leaves_nothing(state: State) -> None:
    def job(session: Session) -> None:
        people.note_person(session, 7, NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        state.do(job)
    assert state.do(lambda session: people.person(session, 7)) is None


def test_many_threads_write_at_once_and_nothing_is_lost(state: State) -> None:
    with ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(
                state.do, lambda session, number=number: people.note_person(session, number, NOW)
            )
            for number in range(1, 101)
        ]
    assert {job.result().id for job in jobs} == set(range(1, 101))


def test_a_database_of_a_newer_selon_is_refused(url: str) -> None:
    open_state(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StateError, match=r"(\.sqlite|selon_\d+): database-newer"):
        open_state(url)


def test_a_database_from_before_the_first_release_is_refused(url: str) -> None:
    open_state(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0012'"))
    with pytest.raises(StateError, match=r"(\.sqlite|selon_\d+): database-older") as refusal:
        open_state(url)
    assert refusal.value.parameters == {"revision": "0012"}
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0012"
    engine.dispose()


PAGE = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database of some forty pages, the tables of this version."""
    path = tmp_path_factory.mktemp("whole") / "state.sqlite"
    open_state(f"sqlite:///{path}").close()
    return path.read_bytes()


def _torn(page: int) -> Callable[[bytes], bytes]:
    return lambda data: data[: page * PAGE] + b"\xff" * PAGE + data[(page + 1) * PAGE :]


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: b"\0" * 16 + data[16:],
        lambda data: data[:16] + b"\xff" * 84 + data[100:],
        lambda data: data[:100] + b"\0" * (PAGE - 100) + data[PAGE:],
        lambda data: data[:100],
        lambda data: data[:PAGE],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-PAGE],
        lambda data: data[:-1],
        lambda data: b"\0" * len(data),
        *map(_torn, range(8)),
        _torn(30),
    ],
)
def test_a_damaged_database_is_named_and_not_written_to(
    whole: bytes, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a b%20#?.sqlite"
    address = URL.create("sqlite", database=str(path)).render_as_string()
    before = harm(whole)
    path.write_bytes(before)
    with pytest.raises(StateError) as refusal:
        open_state(address)
    assert (refusal.value.code, refusal.value.subject) == ("database-damaged", str(path))
    assert path.read_bytes() == before
    assert "\n" not in str(refusal.value)


def test_what_a_kill_left_beside_the_database_is_taken_up(tmp_path: Path) -> None:
    path, killed = tmp_path / "state.sqlite", tmp_path / "killed.sqlite"
    with closing(open_state(f"sqlite:///{path}")) as state:
        state.do(lambda session: people.note_person(session, 7, NOW))
        for end in ("", "-wal"):
            shutil.copyfile(f"{path}{end}", f"{killed}{end}")
    with closing(open_state(f"sqlite:///{killed}")) as state:
        assert state.do(lambda session: people.person(session, 7)) is not None


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"not a database " * 100)
    with pytest.raises(StateError, match=r"state\.sqlite: database-damaged") as caught:
        open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["what", "nosuch://host/x"])
def test_an_url_of_no_database_names_the_setting(address: str) -> None:
    with pytest.raises(SettingsError, match="database-malformed"):
        open_state(address)


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match="database-no-driver"):
        open_state("postgresql://selon:secret@127.0.0.1:1/selon")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_that_is_not_there_is_named_without_its_password(scheme: str) -> None:
    with pytest.raises(StateError, match=r"127\.0\.0\.1:1/selon: database-not-opened") as caught:
        open_state(f"{scheme}://selon:secret@127.0.0.1:1/selon")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_initial_migration_can_be_undone(url: str) -> None:
    open_state(url).close()
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()
    open_state(url).close()


def is_known(name: str | None, kind: str, parents: object) -> bool:
    """The tables of removed features stay in the database."""
    return kind != "table" or name in Base.metadata.tables


def test_the_id_of_what_was_erased_is_never_given_again(state: State) -> None:
    """Its buttons may still stand below a message."""
    alerts = pytest.importorskip("bot.alerts.alert_records", reason="alerts are removed")
    subscriptions = pytest.importorskip("bot.alerts.subscription_records")
    place, lifetime = ConversationPlace(7, 0, 7), timedelta(hours=1)
    turn = NewTurn("Qui ?", {}, [], True, 0.9, "g")
    add = partial(conversations.add_turn, place=place, new=turn, now=NOW, lifetime=lifetime)
    follow = partial(
        subscriptions.save_subscription,
        new=subscriptions.NewSubscription(7, 7, 0, "ponts", "fr", False, frozenset(), "g"),
        limit=9,
        now=NOW,
    )
    receive = partial(documents.receive_document, place=place, name="a.txt", url=None, now=NOW)
    given: list[Callable[[Session], Any]] = [
        add,
        partial(
            alerts.save_alert, place=place, question="?", language="fr", generation="", now=NOW
        ),
        follow,
        lambda session: receive(session).id,
        partial(announcements.draft, person_id=7, text="Bonjour", now=NOW),
    ]
    before = [state.do(each) for each in given]
    state.do(partial(privacy.erase_person, person_id=7))
    state.do(partial(people.note_person, person_id=7, now=NOW))
    assert all(new > old for new, old in zip(map(state.do, given), before, strict=True))


def test_tables_whose_ids_travel_never_reuse_them(url: str) -> None:
    open_state(url).close()
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":  # PostgreSQL's sequences never do
        tables = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
        with engine.connect() as connection:
            found = set(connection.scalars(text(tables)))
        travelling = {"turns", "alerts", "subscriptions", "documents", "announcements", "battles"}
        assert found == travelling
    engine.dispose()


def opened(url: str) -> None:
    """In a process of its own."""
    open_state(url).close()


def test_processes_that_open_it_at_once_migrate_it_once(url: str) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(3, context) as pool:
        assert list(pool.map(opened, [url] * 3)) == [None] * 3


def test_closing_waits_for_what_is_under_way_and_begins_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.state.database._CLOSING_SECONDS", 30.0)  # a busy machine is no fault
    begun, go_on = threading.Event(), threading.Event()
    state = open_state(url)

    def slow(session: Session) -> None:
        begun.set()
        assert go_on.wait(30)
        people.note_person(session, 7, NOW)

    with ThreadPoolExecutor(2) as pool:
        job = pool.submit(state.do, slow)
        assert begun.wait(30)
        closing = pool.submit(state.close)
        while not state.is_closed:
            assert not closing.done()
        with pytest.raises(StateError, match="database-closed"):
            state.do(lambda session: None)
        go_on.set()
        closing.result(30)
        assert job.done()
    again = open_state(url)
    assert again.do(partial(people.person, person_id=7)) is not None
    again.close()


def test_what_is_quick_does_not_wait_for_the_disk_of_postgresql(
    postgres_server: Server,
) -> None:
    source = text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")
    with postgres_server.database() as url, closing(open_state(url)) as state:
        quick = [
            state.do(lambda session: session.scalar(source), quick=each) for each in (True, False)
        ]
    assert [each == "session" for each in quick] == [True, False]


def test_what_several_count_at_once_adds_up(state: State) -> None:
    """Two that read the same number and both add to it would lose one."""
    add = partial(
        spending.add_spending,
        day=NOW.date(),
        model="ollama:x",
        spent=Spending(1, 3, 2),
        person_id=None,
    )
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: state.do(add), range(40)))
    assert state.do(partial(spending.on, day=NOW.date())) == Spending(40, 120, 80)
