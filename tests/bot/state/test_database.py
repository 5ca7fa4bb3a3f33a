"""The database is made, migrated, refused in one line, and shared by threads."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from bot.errors import SettingsError, StateError
from bot.locale.errors import error_text
from bot.state import announcements, conversations, documents, people, privacy, retention, spending
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.database import State, open_state, state_url
from bot.state.retention import RetentionTerms
from bot.state.spending import Spending
from bot.state.tables import Base

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READER = 7


def note_reader(session: Session) -> None:
    people.note_person(session, READER, NOW)


def is_known(state: State) -> bool:
    return state.do(partial(people.is_known, person_id=READER))


def is_table_of_this_version(name: str | None, kind: str, parents: object) -> bool:
    """The tables of removed features stay in the database."""
    return kind != "table" or name in Base.metadata.tables


@pytest.mark.usefixtures("real_migrations")
def test_the_migrations_make_the_tables_that_the_code_expects(session: Session) -> None:
    options = {"compare_type": True, "include_name": is_table_of_this_version}
    context = MigrationContext.configure(session.connection(), opts=options)
    assert compare_metadata(context, Base.metadata) == []


def test_other_accounts_of_the_machine_cannot_read_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    for umask in (0o022, 0):  # the file is new, then from an earlier version
        before = os.umask(umask)
        try:
            with closing(open_state(state_url(None, folder))) as state:
                state.do(note_reader)
                modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        finally:
            os.umask(before)
        assert modes == dict.fromkeys(
            ("state.sqlite", "state.sqlite-shm", "state.sqlite-wal"), 0o600
        )
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "state.sqlite").chmod(0o644)


def test_the_folder_of_an_address_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_state(state_url(SecretStr(f"sqlite:///{tmp_path}/people.sqlite"), tmp_path)).close()
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "people.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_job_that_fails_leaves_nothing(state: State) -> None:
    def job(session: Session) -> None:
        note_reader(session)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        state.do(job)
    assert not is_known(state)


@pytest.mark.parametrize(("revision", "code"), [("9999", "newer"), ("0012", "older")])
def test_a_database_of_another_version_is_refused(url: str, revision: str, code: str) -> None:
    with closing(open_state(url)) as state, state.session() as session:
        session.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
    for _ in range(2):  # it stays as it was
        with pytest.raises(StateError, match=rf"(\.sqlite|selon_\d+): database-{code}"):
            open_state(url)


def test_a_database_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"sqlite:///{tmp_path}/state.sqlite"
    open_state(address).close()
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    for url in (address, f"sqlite:///{tmp_path}/new.sqlite"):
        with pytest.raises(StateError) as refusal:
            open_state(url)
        assert error_text(refusal.value, "fr").endswith("(la base est en lecture seule)")
    assert not (tmp_path / "new.sqlite").exists()


def test_only_the_data_directory_is_created(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    open_state(state_url(None, folder / "data")).close()
    for address in (f"sqlite:///{tmp_path}/here.sqlite", "sqlite://", "postgresql:///nowhere/x"):
        assert state_url(SecretStr(address), folder) == address
    with pytest.raises(SettingsError, match="nowhere/else: database-folder-missing"):
        state_url(SecretStr(f"sqlite:///{folder}/else/state.sqlite?timeout=1"), folder)


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
        lambda data: data[:100],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: b"\0" * len(data),
        lambda data: b"not a database " * 100,
        *map(_torn, (0, 1, 2, 5, 30)),
    ],
)
def test_damage_is_named(whole: bytes, tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "a b%20#?.sqlite"
    address = URL.create("sqlite", database=str(path)).render_as_string()
    before = harm(whole)
    path.write_bytes(before)
    with pytest.raises(StateError) as refusal:
        open_state(address)
    assert (refusal.value.code, refusal.value.subject) == ("database-damaged", str(path))
    assert path.read_bytes() == before
    assert "\n" not in str(refusal.value)


def test_what_is_no_database_or_lacks_a_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="database-malformed"):
        open_state("nosuch://host/x")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match="database-no-driver"):
        open_state("postgresql://selon:secret@127.0.0.1:1/selon")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_that_is_not_there_is_named_without_its_password(scheme: str) -> None:
    with pytest.raises(StateError, match=r"127\.0\.0\.1:1/selon: database-not-opened") as caught:
        open_state(f"{scheme}://selon:secret@127.0.0.1:1/selon")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_id_of_what_was_erased_is_never_given_again(state: State) -> None:
    """Its buttons may still stand below a message."""
    alerts = pytest.importorskip("bot.alerts.alert_records", reason="alerts are removed")
    subscriptions = pytest.importorskip("bot.alerts.subscription_records")
    battles = pytest.importorskip("bot.arena.battle_records", reason="the arena is removed")
    samples = pytest.importorskip("tests.bot.arena.samples")

    place, day = ConversationPlace(READER, 0, READER), timedelta(days=1)
    turn = NewTurn("Qui ?", {}, [], True, 0.9, "g")
    wanted = subscriptions.NewSubscription(READER, READER, 0, "p", "fr", False, frozenset(), "g")

    def add_one_of_each(session: Session) -> list[int]:
        return [
            conversations.add_turn(session, place, turn, NOW, day),
            alerts.save_alert(session, place, "?", "fr", "", NOW),
            subscriptions.save_subscription(session, wanted, 9, NOW),
            documents.receive_document(session, place, "a.txt", None, NOW).id,
            announcements.draft(session, READER, "Bonjour", NOW),
            battles.save_battle(session, samples.new_battle(), NOW),
        ]

    before = state.do(add_one_of_each)
    state.do(partial(privacy.erase_person, person_id=READER))
    terms = RetentionTerms(day, day, day)
    gone = state.do(partial(retention.delete_expired_rows, now=NOW + 2 * day, terms=terms))
    assert "battles" in gone
    after = state.do(add_one_of_each)
    assert all(new > old for new, old in zip(after, before, strict=True))


def opened(url: str) -> None:
    open_state(url).close()


def test_processes_that_open_it_at_once_migrate_it_once(url: str) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(3, context) as pool:
        assert list(pool.map(opened, [url] * 3)) == [None] * 3


def test_closing_waits_for_what_is_under_way(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.state.database._CLOSING_SECONDS", 30.0)  # a busy machine is no fault
    begun, go_on = threading.Event(), threading.Event()
    state = open_state(url)

    def slow(session: Session) -> None:
        begun.set()
        assert go_on.wait(30)
        note_reader(session)

    with ThreadPoolExecutor(2) as pool:
        job = pool.submit(state.do, slow)
        assert begun.wait(30)
        end = pool.submit(state.close)
        while not state._closed:
            assert not end.done()
        with pytest.raises(StateError, match="database-closed"):
            state.do(lambda session: None)
        go_on.set()
        end.result(30)
        assert job.done()
    with closing(open_state(url)) as again:
        assert is_known(again)


def test_what_several_count_at_once_adds_up(state: State) -> None:
    """Two that read the same number and both add to it would lose one."""
    today, spent = NOW.date(), Spending(1, 3, 2)
    add = partial(spending.add_spending, day=today, model="ollama:x", spent=spent)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(state.do, [add] * 40))
    assert state.do(partial(spending.on, day=today)) == Spending(40, 120, 80)
