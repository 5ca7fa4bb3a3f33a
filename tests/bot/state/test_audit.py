"""The audit: one line for each act that is done, none for what fails, and none to be erased."""

from __future__ import annotations

import csv
import logging
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from bot.errors import StateError
from bot.locale.administration import AuditPhrases
from bot.operations.audit import write_audit_csv
from bot.state import (
    announcements,
    audit,
    chats,
    documents,
    invitations,
    privacy,
    roles,
    web_tokens,
)
from bot.state.audit import ActLog, Actor, AuditEntry
from bot.state.database import State
from bot.state.tables import DocumentRow, PersonRow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADMIN, EDITOR, READER = 1, 2, 42
BY = Actor("telegram", ADMIN)


def lines(session: Session) -> list[tuple[str, ...]]:
    session.flush()
    return [
        (entry.who, entry.act, entry.object, entry.detail) for entry in audit.list_acts(session)
    ]


def test_what_fails_leaves_no_line(session: Session) -> None:
    token = invitations.invite(session, ADMIN, "reader", NOW, DAY)
    assert invitations.accept(session, token, READER, NOW + DAY) is None
    assert invitations.accept(session, "another", READER, NOW) is None
    assert not web_tokens.remove_token(session, "Zoé", NOW, BY)
    number = announcements.draft(session, ADMIN, "Oyez", NOW)
    assert announcements.drop(session, number, ADMIN)
    assert not announcements.confirm(session, number, ADMIN, None, [READER], NOW)
    assert lines(session) == [("1", "invite", "", "reader")]


def test_what_changes_nothing_leaves_no_line(session: Session) -> None:
    for _ in range(2):
        roles.give(session, READER, "reader", NOW, BY)
        chats.allow(session, -100, False, NOW, BY)
    assert lines(session) == [("1", "group", "-100", "barred"), ("1", "role", "42", "reader")]


def test_a_role_by_invitation_is_given_by_who_invited(session: Session) -> None:
    token = invitations.invite(session, ADMIN, "editor", NOW, DAY)
    assert invitations.accept(session, token, EDITOR, NOW) == "editor"
    assert lines(session)[0] == ("1", "role", "2", "editor")


def test_acts_outlast_who_did_them_and_not_whom_they_were_about(session: Session) -> None:
    roles.give(session, READER, "reader", NOW, BY)
    chats.allow(session, -100, True, NOW, BY)
    session.add(PersonRow(id=ADMIN, first_seen=NOW, last_seen=NOW))
    session.flush()
    (role, group) = privacy.export_person(session, ADMIN)["acts"]
    assert (role["object"], group["object"]) == ("42", "-100")
    assert privacy.export_person(session, READER)["acts"] == [], "who gave a role is not theirs"
    for person in (ADMIN, READER):
        privacy.erase_person(session, person)
    assert set(lines(session)) == {("1", "role", "", "reader"), ("1", "group", "-100", "allowed")}
    assert audit.has_acts(session, ADMIN)
    assert not audit.has_acts(session, READER)


def test_the_database_down_stops_nothing_and_the_log_says_so(
    state: State, caplog: pytest.LogCaptureFixture
) -> None:
    def down() -> State:
        raise StateError("database-closed", subject="here")

    with caplog.at_level(logging.ERROR):
        ActLog(down, BY).note("remove", ["a1b2"])
    assert "The audit lacks “remove”" in caplog.text
    ActLog(lambda: state, BY).note("remove", ["a1b2", "c3d4"])
    with state.session() as session:
        assert sorted(line[2] for line in lines(session)) == ["a1b2", "c3d4"]


def test_the_file_has_all_of_it_newest_first_and_no_formula() -> None:
    names = ["=1+1", "+1", "-1", "@x", "＝1", 'a";b', "deux\nlignes", "Fresnel.pdf"]
    entries = [
        AuditEntry(NOW - index * DAY, "=moi", "web", "add", name, "")
        for index, name in enumerate(names)
    ]
    for language in ("fr", "en"):
        phrases = AuditPhrases.of(language)
        content = write_audit_csv(entries, phrases).decode("utf-8-sig")
        head, *rows = csv.reader(content.splitlines(), delimiter=phrases.separator)
        assert len(head) == 5
        assert len(rows) == len(names)
        assert not [cell for row in rows for cell in row if cell[:1] in "=+-@＝＋－＠" and cell]
        assert [row[4].lstrip("'") for row in rows][5:] == ['a";b', "deux lignes", "Fresnel.pdf"]
        assert sorted((row[0] for row in rows), reverse=True) == [row[0] for row in rows]
    role = AuditEntry(NOW, "1", "telegram", "role", "42", "editor")
    assert "42 (éditeur)" in write_audit_csv([role], AuditPhrases.of("fr")).decode()


def test_a_document_for_all_is_one_act_and_one_s_own_is_none(state: State) -> None:
    with state.session() as session:
        session.add(PersonRow(id=EDITOR, first_seen=NOW, last_seen=NOW))
        session.flush()
        place = {"person_id": EDITOR, "chat_id": EDITOR, "thread_id": 0, "created_at": NOW}
        for number, scope in ((1, "corpus"), (2, "conversation")):
            file = {"id": number, "name": f"{scope}.pdf", "path": "a", "scope": scope}
            session.add(DocumentRow(**place, **file, status="filing"))
    for number in (1, 2, 1):
        state.do(partial(documents.finish_filing, document_id=number, path="b", now=NOW))
    with state.session() as session:
        assert lines(session) == [("2", "add", "corpus.pdf", "")]
