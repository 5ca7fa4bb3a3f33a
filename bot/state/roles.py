"""Roles that administrators gave to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.state.audit import Actor, record_act
from bot.state.tables import RoleRow

# People who run the bot, maintain its articles, or ask; each includes the rights of the next.
Role = Literal["administrator", "editor", "reader"]
# A role, or exclusion even if access is open.
Standing = Role | Literal["barred"]
ROLES: tuple[Role, ...] = get_args(Role)
STANDINGS: tuple[Standing, ...] = (*ROLES, "barred")


def load_roles(session: Session) -> Mapping[int, Standing]:
    """Everybody's standing; a role of a later version gives no rights in this one."""
    return {
        row.person_id: next((standing for standing in STANDINGS if standing == row.role), "barred")
        for row in session.scalars(select(RoleRow))
    }


def give(session: Session, person_id: int, standing: Standing, now: datetime, by: Actor) -> None:
    row = session.get(RoleRow, person_id)
    if row is None or row.role != standing:  # an update may be handled twice
        record_act(session, by, "role", str(person_id), now, standing)
    session.merge(RoleRow(person_id=person_id, role=standing, given_at=now))
