"""Invitations: whoever brings the token of one first gets its role."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.state import roles
from bot.state.roles import ROLES, Role
from bot.state.tables import InvitationRow, RoleRow

TOKEN_BYTES = 24
"""192 random bits, 32 characters: a link of Telegram holds 64."""


def invite(session: Session, by: int, role: Role, now: datetime, lifetime: timedelta) -> str:
    """Write an invitation down; its token, which is kept nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires = now + lifetime
    session.add(InvitationRow(digest=_digest(token), role=role, created_by=by, expires_at=expires))
    return token


def accept(session: Session, token: str, person_id: int, now: datetime) -> Role | None:
    """Give somebody the role of an invitation, which is over then; None when it is no longer good.

    Who already has more keeps it. Whoever is barred stays so, and leaves it to others.
    """
    row = session.get(RoleRow, person_id)
    if row is not None and row.role not in ROLES:
        return None
    name = session.scalars(
        delete(InvitationRow)
        .where(InvitationRow.digest == _digest(token), InvitationRow.expires_at > now)
        .returning(InvitationRow.role)
    ).first()
    if name is None:
        return None
    current = row.role if row is not None else None
    role = next(each for each in ROLES if each in {name, current})  # the higher comes first
    roles.give(session, person_id, role, now)
    return role


def waiting_invitations(session: Session, now: datetime) -> int:
    """How many invitations can still be accepted."""
    return len(
        session.scalars(select(InvitationRow.id).where(InvitationRow.expires_at > now)).all()
    )


def forget_expired(session: Session, now: datetime) -> None:
    session.execute(delete(InvitationRow).where(InvitationRow.expires_at <= now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
