"""The audit: who changed the articles, the rights or the index, when and by which door.

It holds no question, no answer and no text of an article. Whoever did an act cannot erase it: it
stays for `AUDIT_RETENTION`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Delete, Update, delete, select, update
from sqlalchemy.orm import Session

from bot.state.clock import utc_now
from bot.state.tables import ActRow
from index.errors import CodedError

if TYPE_CHECKING:
    from bot.state.database import State

ArticleAct = Literal["add", "remove", "restore", "source", "source-removed"]
RightsAct = Literal["role", "invite", "group", "token", "revoke", "right", "right-taken"]
Act = ArticleAct | RightsAct | Literal["announce", "build", "rollback", "import"]
Door = Literal["telegram", "terminal", "web"]
AUDIT_RETENTION = timedelta(days=365)
# Acts whose object is a person's number.
_ON_PEOPLE: tuple[Act, ...] = ("role", "right", "right-taken")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at a door: their number on Telegram or the web, or what the web or the machine calls
    them."""

    door: Door
    person_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An act of somebody (`who`) on an `object`; `detail` is the role given, the generation…"""

    at: datetime
    who: str
    door: str
    act: str
    object: str
    detail: str


def record_act(
    session: Session, by: Actor, act: Act, object: str, now: datetime, detail: str = ""
) -> None:
    """Record an act in the transaction that does it."""
    person = {"door": by.door, "person_id": by.person_id, "name": by.name}
    session.add(ActRow(at=now, act=act, object=object, detail=detail, **person))


@dataclass(frozen=True, slots=True)
class ActLog:
    """Records acts that are done outside the database, which is opened by the first. An act that
    cannot be recorded stands nevertheless, and the log says so."""

    open_state: Callable[[], State]
    by: Actor

    def note(self, act: Act, objects: Iterable[str], detail: str = "") -> None:
        """Record an act that is done, once for each object."""
        names, now = list(objects), utc_now()

        def record(session: Session) -> None:
            for name in names:
                record_act(session, self.by, act, name, now, detail)

        try:
            if names:
                self.open_state().do(record)
        except CodedError as error:
            logger.error("The audit lacks “%s”: %s", act, error)


def list_acts(session: Session, since: datetime | None = None) -> Iterator[AuditEntry]:
    """The acts, newest first."""
    query = select(ActRow).order_by(ActRow.at.desc(), ActRow.id.desc())
    if since is not None:
        query = query.where(ActRow.at >= since)
    for row in session.scalars(query):
        who = row.name or str(row.person_id or "")
        yield AuditEntry(row.at, who, row.door, row.act, row.object, row.detail)


def has_acts(session: Session, person_id: int) -> bool:
    """True if a person did something that the audit still has."""
    return session.scalar(select(ActRow.id).filter_by(person_id=person_id).limit(1)) is not None


def forget_object(person_id: int) -> Update:
    """Erase the number of a person whose rights were changed; the act stays."""
    acts_on_person = ActRow.act.in_(_ON_PEOPLE), ActRow.object == str(person_id)
    return update(ActRow).where(*acts_on_person).values(object="")


def old_acts(now: datetime) -> Delete:
    return delete(ActRow).where(ActRow.at < now - AUDIT_RETENTION)
