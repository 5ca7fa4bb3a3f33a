"""Who may read which closed collections."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import UsageError
from bot.rights import closed_collections
from bot.settings import Settings, WebAccess
from bot.state.audit import Act, Actor, record_act
from bot.state.clock import utc_now
from bot.state.database import State
from bot.state.people import person_number
from bot.state.tables import RightRow

_TELEGRAM = re.compile(r"-?[1-9]\d{0,17}", re.ASCII)
GROUP = "openid group"


@dataclass(frozen=True, slots=True)
class ReadingRight:
    """A collection that a person, a group or a token may read; `label` is how they were named."""

    collection: str
    holder: int
    label: str


def _set_right(
    session: Session, right: ReadingRight, by: Actor, now: datetime, *, is_given: bool
) -> bool:
    row = session.get(RightRow, (right.collection, right.holder))
    if is_given == (row is not None):
        return False
    if row is None:
        session.add(RightRow(**asdict(right), given_at=now))
    else:
        session.delete(row)
    act: Act = "right" if is_given else "right-taken"
    record_act(session, by, act, right.label, now, right.collection)
    return True


def _granted(session: Session, holders: Collection[int]) -> frozenset[str]:
    """The collections that any of these may read."""
    return frozenset(
        session.scalars(select(RightRow.collection).where(RightRow.holder.in_(holders)))
    )


def right_holders(session: Session, holders: Collection[int]) -> frozenset[int]:
    """Those of these who may read anything."""
    return frozenset(session.scalars(select(RightRow.holder).where(RightRow.holder.in_(holders))))


def _rights(session: Session) -> Sequence[ReadingRight]:
    rows = session.scalars(select(RightRow).order_by(RightRow.collection, RightRow.label))
    return [ReadingRight(row.collection, row.holder, row.label) for row in rows]


def find_readable(
    state: State, settings: Settings, holders: Collection[int], *, administers: bool = False
) -> frozenset[str]:
    """The closed collections that somebody may read who holds these numbers; administrators read
    all. Raises SettingsError, StateError."""
    names = frozenset(closed_collections(settings))
    if administers or not names:
        return names
    return names & state.do(partial(_granted, holders=holders))


async def look_up_readable(
    state: State, settings: Settings, holders: Collection[int], *, administers: bool = False
) -> frozenset[str]:
    """Like `find_readable`, without blocking."""
    if administers or not closed_collections(settings):
        return find_readable(state, settings, (), administers=administers)
    return await asyncio.to_thread(find_readable, state, settings, holders)


def parse_right(settings: Settings, collection: str, who: str) -> ReadingRight:
    """Parse a collection, and the holder of a right: the number of a person or group on Telegram,
    or a name behind its kind, as « token:desk ». Raises UsageError, SettingsError."""
    names = tuple(closed_collections(settings))
    if collection not in names:
        raise UsageError("collection-unknown", subject=collection, collections=names)
    kind, _, name = who.partition(":")
    if _TELEGRAM.fullmatch(who):
        return ReadingRight(collection, int(who), who)
    if not name or len(who) > 200 or kind not in (*get_args(WebAccess)[2:], "group"):
        raise UsageError("right-holder", subject=who)
    if kind == "openid":
        name = f"{settings.openid_issuer} {name}"
    number = person_number(GROUP if kind == "group" else kind, name)
    return ReadingRight(collection, number, who)


def list_readers(state: State, settings: Settings) -> Mapping[str, list[str]]:
    """Who may read each closed collection. Raises SettingsError, StateError."""
    readers: dict[str, list[str]] = {name: [] for name in closed_collections(settings)}
    for right in state.do(_rights):
        if right.collection in readers:
            readers[right.collection].append(right.label)
    return readers


def change_right(
    state: State, settings: Settings, collection: str, who: str, by: Actor, *, is_given: bool
) -> bool:
    """Give a right, or take it away, from the next question on; False if it was so already.

    Raises UsageError, SettingsError, StateError.
    """
    right = parse_right(settings, collection, who)
    change = partial(_set_right, right=right, by=by, now=utc_now(), is_given=is_given)
    return state.do(change)
