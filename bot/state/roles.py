"""What people may do, as administrators have said: nothing but a number and a role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.state.tables import RoleRow

# Who runs the bot, who keeps its articles, who asks; each may do what the next one may.
Role = Literal["administrator", "editor", "reader"]

# A role, or being told nothing more even where everybody may ask.
Standing = Role | Literal["barred"]

ROLES: tuple[Role, ...] = get_args(Role)
STANDINGS: tuple[Standing, ...] = (*ROLES, "barred")


def load_roles(session: Session) -> Mapping[int, Standing]:
    """By person."""
    # A role of a later version gives no right in this one.
    return {
        row.person_id: next((each for each in STANDINGS if each == row.role), "barred")
        for row in session.scalars(select(RoleRow))
    }


def give(session: Session, person_id: int, standing: Standing, now: datetime) -> None:
    """In place of what they had."""
    row = session.get(RoleRow, person_id)
    if row is None:
        row = RoleRow(person_id=person_id)
        session.add(row)
    row.role, row.given_at = standing, now
