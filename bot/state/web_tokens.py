"""Access tokens of the web (a name for the operator, a digest of the secret), and the key
that signs visitors' cookies."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.state.audit import Actor, record_act
from bot.state.tables import WebKeyRow, WebTokenRow

TOKEN_BYTES = 24  # 192 random bits
KEY_BYTES = 32
NAME_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class WebToken:
    """A token without its secret."""

    name: str
    created_at: datetime


def is_token_name(name: str) -> bool:
    return name.isprintable() and 0 < len(name) <= NAME_CHARACTERS


def create_token(session: Session, name: str, now: datetime, by: Actor) -> str:
    """Replace the token of this name; return it, as it is stored nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.merge(WebTokenRow(name=name, digest=_digest(token), created_at=now))
    record_act(session, by, "token", name, now)
    return token


def remove_token(session: Session, name: str, now: datetime, by: Actor) -> bool:
    """Delete a token; False if there is none of this name."""
    deletion = delete(WebTokenRow).filter_by(name=name).returning(WebTokenRow.name)
    if session.scalars(deletion).first() is None:
        return False
    record_act(session, by, "revoke", name, now)
    return True


def list_tokens(session: Session) -> list[WebToken]:
    rows = session.scalars(select(WebTokenRow).order_by(WebTokenRow.name))
    return [WebToken(row.name, row.created_at) for row in rows]


def token_name(session: Session, token: str) -> str | None:
    """The name of a token; None if it is not valid."""
    return session.scalars(select(WebTokenRow.name).filter_by(digest=_digest(token))).first()


def cookie_key(session: Session) -> bytes:
    """The key that signs cookies, created by the first call on a database."""
    row = session.get(WebKeyRow, "cookies")
    if row is None:
        row = WebKeyRow(name="cookies", key=secrets.token_bytes(KEY_BYTES))
        session.add(row)
        session.flush()
    return row.key


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
