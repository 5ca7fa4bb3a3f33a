"""Who may do what: by the settings first, then by what administrators said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.messenger.roles import Roles
from bot.settings import Settings
from bot.state import invitations
from bot.state.database import State, open_state
from bot.state.roles import Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN, EDITOR, LISTED, STRANGER = 1, 2, 3, 9


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")
    yield opened
    opened.close()


def roles(state: State, access: str = "list", **settings: Any) -> Roles:
    chosen = {"admins": (ADMIN,), "editors": (EDITOR,), "allowed_users": (LISTED,), **settings}
    return Roles(Settings(_env_file=None, access=access, **chosen), state)


@pytest.mark.parametrize(
    ("person", "role", "asks", "adds", "runs"),
    [
        (ADMIN, "administrator", True, True, True),
        (EDITOR, "editor", True, True, False),
        (LISTED, "reader", True, False, False),
        (STRANGER, None, False, False, False),
    ],
)
def test_each_role_may_what_the_next_one_may(
    state: State, person: int, role: Role | None, asks: bool, adds: bool, runs: bool
) -> None:
    mine = roles(state)
    assert mine.of(person) == role
    may = (mine.may_ask(person), mine.may_add(person), mine.administers(person))
    assert may == (asks, adds, runs)


async def test_who_is_barred_is_not_answered_even_where_all_are(state: State) -> None:
    mine = roles(state, "open")
    await mine.give(STRANGER, "barred", NOW)
    assert mine.is_barred(STRANGER)
    assert not mine.may_ask(STRANGER)
    assert roles(state, "open").is_barred(STRANGER)  # also after a restart


async def test_nobody_bars_whom_the_settings_name(state: State) -> None:
    mine = roles(state)
    await mine.give(ADMIN, "barred", NOW)
    await mine.give(LISTED, "barred", NOW)
    assert mine.administers(ADMIN)
    assert mine.may_ask(LISTED)
    assert not mine.is_barred(LISTED)


async def test_two_who_follow_one_invitation_at_once(state: State) -> None:
    mine = roles(state, "invitation")
    invite = partial(invitations.invite, by=1, role="reader", now=NOW, lifetime=timedelta(days=1))
    token = state.do(invite)
    accepted = await asyncio.gather(*(mine.accept(token, person, NOW) for person in range(20, 28)))
    assert accepted.count("reader") == 1
    assert [mine.may_ask(person) for person in range(20, 28)].count(True) == 1


async def test_erasing_oneself_ends_a_role_and_no_bar(state: State) -> None:
    mine = roles(state)
    await mine.give(20, "editor", NOW)
    await mine.give(21, "barred", NOW)
    for person in (20, 21):
        mine.forget(person)
    assert mine.of(20) is None
    assert mine.is_barred(21)


@pytest.mark.parametrize(
    ("access", "listed", "decided", "allowed"),
    [
        ("open", None, None, True),
        ("open", (-5,), None, False),
        ("open", None, False, False),
        ("list", None, None, False),
        ("list", (-7,), None, True),
        ("list", (-7,), False, False),
        ("invitation", None, True, True),
        ("open", (), None, False),
        ("open", (), True, True),
    ],
)
def test_a_group_may_ask_where_somebody_said_so(
    state: State,
    access: str,
    listed: tuple[int, ...] | None,
    decided: bool | None,
    allowed: bool,
) -> None:
    assert roles(state, access, allowed_groups=listed).group_may_ask(-7, decided) is allowed
