"""Invitations: the first bearer of a token gets its role."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.state import roles
from bot.state.audit import Actor, record_act
from bot.state.roles import ROLES, Role
from bot.state.tables import InvitationRow, RoleRow

TOKEN_BYTES = 24  # 192 random bits, 32 characters: a link of Telegram holds 64


def invite(session: Session, by: int, role: Role, now: datetime, lifetime: timedelta) -> str:
    """Create an invitation and return its token, which is stored nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires = now + lifetime
    session.add(InvitationRow(digest=_digest(token), role=role, created_by=by, expires_at=expires))
    record_act(session, Actor("telegram", by), "invite", "", now, role)
    return token


def accept(session: Session, token: str, person_id: int, now: datetime) -> Role | None:
    """Use up an invitation and return the person's role; None if it is no longer valid. A higher
    role is kept. A barred person stays barred and does not use up the invitation."""
    row = session.get(RoleRow, person_id)
    current = row.role if row is not None else None
    if current is not None and current not in ROLES:
        return None
    invitation = delete(InvitationRow).filter_by(digest=_digest(token))
    query = invitation.where(InvitationRow.expires_at > now)
    used = session.execute(query.returning(InvitationRow.role, InvitationRow.created_by)).first()
    if used is None:
        return None
    role = next(
        known_role for known_role in ROLES if known_role in {used.role, current}
    )  # the higher comes first
    roles.give(session, person_id, role, now, Actor("telegram", used.created_by))
    return role


def waiting_invitations(session: Session, now: datetime) -> int:
    """The number of invitations that can still be accepted."""
    query = select(func.count(InvitationRow.id)).where(InvitationRow.expires_at > now)
    return session.scalar(query) or 0


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
