"""What the bot of a test keeps, to be written and looked into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, select, text
from sqlalchemy.orm import Session

from bot.settings import load_settings
from bot.state.database import open_state, state_url
from bot.state.tables import VoteRow


def database_url() -> str:
    settings = load_settings()
    return state_url(settings.database_url, settings.data_dir)


@contextmanager
def open_session() -> Iterator[Session]:
    """A session of the state, which need not be there yet; written at the end."""
    state = open_state(database_url())
    try:
        with state.session() as session:
            yield session
    finally:
        state.close()


@contextmanager
def open_database(url: str = "") -> Iterator[Engine]:
    engine = create_engine(url or database_url())
    try:
        yield engine
    finally:
        engine.dispose()


def rows(query: str, url: str = "") -> Sequence[Any]:
    with open_database(url) as engine, engine.connect() as connection:
        return connection.execute(text(query)).all()


def all_rows() -> list[tuple[str, str]]:
    tables = MetaData()
    with open_database() as engine, engine.connect() as connection:
        tables.reflect(engine)
        return [
            (table.name, repr(row))
            for table in tables.sorted_tables
            for row in connection.execute(select(table))
        ]


def vote_of(person: int) -> VoteRow | None:
    """What somebody thinks of the first answer."""
    with open_session() as session:
        mine = select(VoteRow).where(VoteRow.turn_id == 1, VoteRow.person_id == person)
        return session.scalars(mine).first()
