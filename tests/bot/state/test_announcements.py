"""Figures of what was asked, and announcements: counted right, sent once, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.state import announcements, conversations, deliveries, people, privacy, statistics
from bot.state.announcements import Addressee, Reach
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.database import State
from bot.state.deliveries import Letter, Part
from bot.state.statistics import UnansweredQuestion

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, HOURS = timedelta(hours=1), timedelta(hours=12)
AUTHOR, BOT = 1, 4200000001
LETTER = Letter(42, 0, (Part("Oyez"),))


def _asked(
    session: Session, number: int, answered: bool, at: datetime = NOW, person: int = 42, **turn: str
) -> None:
    new = NewTurn(f"Question {number} ?", turn, [], answered, 0.9, "g", number, 10.0 * number)
    conversations.add_turn(session, ConversationPlace(person, 0, person), new, at, HOURS)


def test_questions_are_counted_and_told_alerts_are_not(session: Session) -> None:
    _asked(session, 1, True, NOW - HOUR)
    _asked(session, 2, False)
    alert = NewTurn("Une alerte ?", {}, [], True, 0.9, "g")
    conversations.add_turn(session, ConversationPlace(42, 0, 42), alert, NOW, HOURS)
    found = statistics.questions(session, NOW - HOUR)
    assert [(turn.answered, turn.elapsed_ms) for turn in found] == [(True, 10.0), (False, 20.0)]
    assert found[0].at == NOW - HOUR
    assert len(statistics.questions(session, NOW)) == 1


def test_what_was_asked_in_vain_stands_on_its_own_and_names_nobody(session: Session) -> None:
    _asked(session, 1, False)
    _asked(session, 2, True)
    _asked(session, 3, False, NOW + HOUR, 43, understood="Et la piscine ?")
    first = UnansweredQuestion("Question 1 ?", 0, NOW)
    second = UnansweredQuestion("Et la piscine ?", 1, NOW + HOUR)
    assert statistics.newest_unanswered(session, NOW, 10) == [first, second]
    assert len(statistics.newest_unanswered(session, NOW, 1)) == 1


def _draft(session: Session, *readers: int) -> int:
    for person in readers:
        people.note_person(session, person, NOW)
    return announcements.draft(session, AUTHOR, "Oyez", NOW)


def test_one_of_many_presses_decides(state: State) -> None:
    number = state.do(lambda session: _draft(session, 42))
    who = {"announcement_id": number, "person_id": AUTHOR, "addressees": [42], "now": NOW}
    with ThreadPoolExecutor(6) as pool:
        decided = list(pool.map(state.do, [partial(announcements.confirm, message=7, **who)] * 6))
    assert decided.count(True) == 1
    assert state.do(partial(announcements.reach, announcement_id=number)) == Reach(0, 0, 1)


def test_only_its_author_decides_and_a_new_draft_drops_the_old(session: Session) -> None:
    first = _draft(session, 42)
    assert not announcements.confirm(session, first, 42, None, [42], NOW)
    second = _draft(session, 42)
    assert not announcements.confirm(session, first, AUTHOR, None, [42], NOW)
    assert announcements.drop(session, second, AUTHOR)
    assert announcements.under_way(session) is None


def test_it_goes_to_each_once_and_then_nobody_knows_to_whom(session: Session) -> None:
    number = _draft(session, 42, 43, 44)
    people.choose_language(session, 43, "en", NOW)
    assert announcements.confirm(session, number, AUTHOR, 7, [42, 43, 44], NOW)
    under_way = announcements.under_way(session)
    assert under_way is not None
    assert (under_way.id, under_way.text, under_way.message) == (number, "Oyez", 7)
    people.listen_to_announcements(session, 44, NOW, listens=False)
    waiting = [Addressee(42, None), Addressee(43, "en")]
    assert announcements.waiting_announcements(session, number, 10) == waiting
    assert announcements.post(session, number, 42, BOT, LETTER, NOW) is not None
    assert deliveries.take_over_deliveries(session, BOT) == []
    assert announcements.post(session, number, 42, BOT, LETTER, NOW) is None
    announcements.mark_unreachable(session, number, 43)
    assert announcements.waiting_announcements(session, number, 10) == []
    assert announcements.reach(session, number) == Reach(1, 1, 1)
    announcements.finish(session, number)
    assert announcements.under_way(session) is None
    assert announcements.reach(session, number) == Reach(0, 0, 0)


def test_an_author_who_erases_all_that_is_theirs_ends_their_announcement(session: Session) -> None:
    number = _draft(session, 42)
    announcements.confirm(session, number, AUTHOR, 7, [42], NOW)
    privacy.erase_person(session, AUTHOR)
    assert announcements.under_way(session) is None
    announcements.finish(session, number)
