"""Who may do what: by the settings first, then by what administrators said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.messenger.roles import Roles
from bot.settings import Settings
from bot.state.audit import Actor
from bot.state.database import State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN, EDITOR, LISTED, STRANGER = 1, 2, 3, 9


def roles(state: State, access: str = "list", **settings: Any) -> Roles:
    chosen = {"admins": (ADMIN,), "editors": (EDITOR,), "allowed_users": (LISTED,), **settings}
    return Roles(Settings(_env_file=None, access=access, **chosen), state)


async def test_who_is_barred_stays_so_but_for_whom_the_settings_name(state: State) -> None:
    for person in (ADMIN, LISTED, STRANGER):
        await roles(state, "open").give(person, "barred", NOW, Actor("telegram", 1))
    mine = roles(state, "open")  # after a restart
    assert mine.administers(ADMIN)
    assert mine.may_ask(LISTED)
    assert not mine.is_barred(LISTED)
    assert mine.is_barred(STRANGER)
    assert not mine.may_ask(STRANGER)


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
    state: State, access: str, listed: tuple[int, ...] | None, decided: bool | None, allowed: bool
) -> None:
    assert roles(state, access, allowed_groups=listed).group_may_ask(-7, decided) is allowed
