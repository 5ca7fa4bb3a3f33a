"""Roles, invitations and notices: given once, kept, and gone when they should be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messenger.roles import Roles
from bot.settings import load_settings
from bot.state import invitations, privacy, roles
from bot.state.audit import Actor
from bot.state.database import State
from bot.state.roles import Standing
from bot.state.tables import InvitationRow, RoleRow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BY = Actor("telegram", 1)


def test_a_role_replaces_the_one_before_and_an_unknown_one_gives_no_right(session: Session) -> None:
    roles.give(session, 7, "reader", NOW, BY)
    roles.give(session, 7, "editor", NOW, BY)
    session.add(RoleRow(person_id=8, role="emperor", given_at=NOW))
    assert roles.load_roles(session) == {7: "editor", 8: "barred"}


def test_an_invitation_serves_once_and_its_token_is_not_kept(state: State) -> None:
    token = state.do(partial(invitations.invite, by=1, role="editor", now=NOW, lifetime=DAY))
    with state.session() as session:
        (row,) = session.scalars(select(InvitationRow))
        assert token not in f"{row.digest} {row.role}"
    accept = partial(invitations.accept, token=token, now=NOW)
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(state.do, partial(accept, person_id=n)) for n in range(7, 15)]
    assert [job.result() for job in jobs].count("editor") == 1
    with state.session() as session:
        assert list(roles.load_roles(session).values()) == ["editor"]
        assert invitations.waiting_invitations(session, NOW) == 0


async def test_a_decision_during_a_reload_stays(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, load, loaded, given = Roles(load_settings(), state), roles.load_roles, Event(), Event()

    def load_slowly(session: Session) -> Mapping[int, Standing]:
        standings = load(session)
        loaded.set()
        given.wait(0.2)
        return standings

    monkeypatch.setattr(roles, "load_roles", load_slowly)
    reload = asyncio.create_task(known.reload())
    await asyncio.to_thread(loaded.wait, 30)
    await known.give(7, "barred", NOW, BY)
    given.set()
    await reload
    assert known.is_barred(7)


def test_an_invitation_ends_and_changes_no_higher_role_and_no_bar(session: Session) -> None:
    token = invitations.invite(session, 1, "reader", NOW, DAY)
    assert invitations.accept(session, "another", 7, NOW) is None
    assert invitations.accept(session, token, 7, NOW + DAY) is None
    assert invitations.waiting_invitations(session, NOW) == 1
    assert invitations.waiting_invitations(session, NOW + DAY) == 0
    roles.give(session, 7, "administrator", NOW, BY)
    roles.give(session, 8, "barred", NOW, BY)
    token = invitations.invite(session, 1, "reader", NOW, DAY)
    assert invitations.accept(session, token, 8, NOW) is None
    assert invitations.accept(session, token, 7, NOW) == "administrator"
    assert roles.load_roles(session) == {7: "administrator", 8: "barred"}


def test_erasing_a_person_takes_their_role_but_does_not_end_a_bar(session: Session) -> None:
    roles.give(session, 7, "editor", NOW, BY)
    roles.give(session, 8, "barred", NOW, BY)
    invitations.invite(session, 7, "reader", NOW, DAY)
    assert privacy.export_person(session, 7)["roles"][0]["role"] == "editor"
    for person in (7, 8):
        privacy.erase_person(session, person)
        left = {name for name, rows in privacy.export_person(session, person).items() if rows}
        assert left <= {"acts"}
    assert roles.load_roles(session) == {8: "barred"}
    assert invitations.waiting_invitations(session, NOW) == 0
