"""Invitations: the first bearer of a token gets its role."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.state import roles
from bot.state.roles import ROLES, Role
from bot.state.tables import InvitationRow, RoleRow

TOKEN_BYTES = 24  # 192 random bits, 32 characters: a link of Telegram holds 64


def invite(session: Session, by: int, role: Role, now: datetime, lifetime: timedelta) -> str:
    """Create an invitation and return its token, which is stored nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires = now + lifetime
    session.add(InvitationRow(digest=_digest(token), role=role, created_by=by, expires_at=expires))
    return token


def accept(session: Session, token: str, person_id: int, now: datetime) -> Role | None:
    """Use up an invitation and return the person's role; None if it is no longer valid.

    A higher role is kept. A barred person stays barred and does not use up the invitation.
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
