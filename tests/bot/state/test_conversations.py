"""Conversations, votes, alerts, documents, chats: kept, found again, erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot.state import chats, conversations, corpora, documents, privacy, spending, votes
from bot.state.audit import Actor
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.database import State
from bot.state.spending import Spending
from bot.state.tables import Base, VoteRow
from index.article import Selection

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOURS = timedelta(hours=12)
HERE = ConversationPlace(100, 0, 7)
EXPORTED = {
    *("person", "conversations", "turns", "votes", "battles", "battle_votes", "alerts"),
    *("subscriptions", "digests", "scripts", "documents", "announcements", "clippings"),
    *("addressees", "invitations", "roles", "rights", "clipping_shares", "alert_news"),
    *("alert_targets", "acts"),
}


def _add(session: Session, question: str, place: ConversationPlace = HERE) -> int:
    turn = NewTurn(question, {"question": question}, [["a", 0, 1]], True, 0.9, "g1")
    return conversations.add_turn(session, place, turn, NOW, HOURS)


def _asked(session: Session, place: ConversationPlace = HERE) -> list[str]:
    return [turn.question for turn in conversations.history(session, place, NOW, HOURS, 5)]


def test_the_history_is_the_last_turns_of_one_place(session: Session) -> None:
    for number in range(7):
        _add(session, f"q{number}")
    elsewhere = ConversationPlace(100, 3, 7)
    _add(session, "ailleurs", place=elsewhere)
    _add(session, "autre", place=ConversationPlace(100, 0, 8))
    assert _asked(session) == ["q2", "q3", "q4", "q5", "q6"]
    conversations.start_afresh(session, HERE)
    assert _asked(session) == []
    assert _asked(session, place=elsewhere) == ["ailleurs"]


def test_a_list_of_conversations_reads_one_row_of_each(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "LISTED_CONVERSATIONS", 3)
    places = [ConversationPlace(7, number, 7) for number in range(5)]
    for place in places * 3:
        _add(session, f"Où est {place.thread_id} ?", place=place)
    conversations.rename_conversation(session, places[3], "Élysée")
    statements: list[str] = []

    def trace(connection: object, cursor: object, statement: str, *others: object) -> None:
        statements.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", trace)
    listed = conversations.list_conversations(session, 7)
    (statement,) = statements
    event.remove(session.get_bind(), "before_cursor_execute", trace)
    assert "LIMIT" in statement
    assert [(entry.number, entry.title, entry.questions) for entry in listed] == [
        (4, "Où est 4 ?", 3),
        (3, "Élysée", 3),
        (2, "Où est 2 ?", 3),
    ]
    for words, found in (("elysee est", [3]), ("ou 1", [1]), ("ou", [4, 3, 2]), ("%", [])):
        listed = conversations.list_conversations(session, 7, words)
        assert [entry.number for entry in listed] == found, words


def test_the_answer_of_an_erased_question_is_not_replaced(session: Session) -> None:
    number = _add(session, "Qui ?")
    privacy.erase_person(session, 7)
    conversations.replace_turn(session, number, NewTurn("Où ?", {}, [], True, 0.9, "g1"))
    assert conversations.turn(session, number) is None


def test_a_group_that_moves_keeps_what_it_has_chosen_since(session: Session) -> None:
    old, new = ConversationPlace(-1, 0, 7), ConversationPlace(-2, 0, 7)
    _add(session, "Qui ?", place=old)
    chats.note_chat(session, -1, NOW)
    chats.allow(session, -2, True, NOW, Actor("telegram", 1))
    for chat, language in ((-1, "fr"), (-2, "en")):
        corpora.choose(session, chat, 0, Selection(languages=(language,)), NOW)
    chats.move_chat(session, -1, -2, NOW)
    assert chats.decision(session, -2) is True
    assert corpora.find_selection(session, -2, 0) == Selection(languages=("en",))
    assert _asked(session, place=new) == ["Qui ?"]


def test_a_vote_changes_and_its_reason_goes_with_it(session: Session) -> None:
    number = _add(session, "Qui ?")
    assert votes.cast(session, number, 7, good=False, now=NOW)
    assert votes.explain(session, number, 7, "wrong")
    votes.record_reason_question(session, number, 7, 55)
    assert votes.comment(session, HERE.chat_id, 7, 55, "Non.")
    assert not votes.comment(session, HERE.chat_id, 8, 55, "Non.")
    assert not votes.comment(session, -1, 7, 55, "Oui."), "another chat has a message 55, too"
    (row,) = session.scalars(select(VoteRow))
    assert (row.good, row.reason, row.comment) == (False, "wrong", "Non.")
    assert votes.cast(session, number, 7, good=True, now=NOW)
    assert (row.good, row.reason, row.comment) == (True, None, None)
    assert not votes.cast(session, 999, 7, good=True, now=NOW)
    assert not votes.explain(session, number, 8, "wrong")


def test_documents_belong_to_the_corpus_or_to_one_chat(session: Session) -> None:
    first, second = (
        documents.receive_document(session, HERE, name, None, NOW).id for name in ("a.pdf", "b.pdf")
    )
    assert documents.note_path(session, first, "inbox/1/a.pdf")
    assert documents.decide(session, first, 7, "conversation", None) is not None
    assert documents.finish_filing(session, first, "chats/100/a.pdf", NOW)
    assert [document.name for document in documents.of_conversation(session, 100, 0)] == ["a.pdf"]
    assert documents.of_conversation(session, 100, 5) == []
    later = NOW + timedelta(days=1)
    assert [document.id for document in documents.undecided_before(session, later)] == [second]
    documents.remove_document(session, second)
    assert [document.id for document in documents.documents_of_person(session, 7)] == [first]


def test_erasing_leaves_no_row_about_a_person_and_all_about_others(state: State) -> None:
    alerts = pytest.importorskip("bot.alerts.alert_records", reason="alerts are removed")
    digests = pytest.importorskip("bot.digests.digest_records", reason="digests are removed")
    other = ConversationPlace(100, 0, 8)
    with state.session() as session:
        mine, theirs = _add(session, "moi"), _add(session, "eux", place=other)
        votes.cast(session, theirs, 7, good=True, now=NOW)
        votes.cast(session, mine, 8, good=True, now=NOW)
        alerts.save_alert(session, HERE, "Qui ?", "fr", "g1", NOW)
        documents.receive_document(session, HERE, "a.pdf", None, NOW)
        alone = ConversationPlace(7, 0, 7)
        digests.save_digest(session, alone, 450, (0, 1), "fr", NOW.date(), NOW)
        spending.add_spending(session, NOW.date(), "ollama:x", Spending(1, 30, 5))
        counts = privacy.PersonCounts(turns=1, votes=1, alerts=1, documents=1)
        assert privacy.count_records(session, 7) == counts
        assert privacy.export_person(session, 7)["turns"][0]["created_at"] == NOW.isoformat()
    with state.session() as session:
        privacy.erase_person(session, 7)
    with state.session() as session:
        exported = privacy.export_person(session, 7)
        assert set(exported) == EXPORTED
        assert not any(exported.values())
        assert _asked(session, place=other) == ["eux"]
        tables = Base.metadata.tables.items()
        counts = {name: session.scalar(select(func.count()).select_from(t)) for name, t in tables}
    kept = ("people", "conversations", "turns", "spending")
    assert {table: count for table, count in counts.items() if count} == dict.fromkeys(kept, 1)
