"""Everything kept has an end, which the daily job brings about, and the page tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import func, select

from bot.state import retention
from bot.state import tables as t
from bot.state.clock import ClockVerdict, check_clock
from bot.state.database import State
from bot.state.retention import RetentionTerms, erase_expired
from bot.state.tables import Base
from tests.e2e.telegram import feature_packages

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TERMS = RetentionTerms(90 * DAY, 7 * DAY, DAY)
FEATURE_ROWS = [
    import_module(f"tests.{package.__name__}.rows").rows
    for package in feature_packages()
    if find_spec(f"tests.{package.__name__}.rows")
]
TURN = {"question": "Qui ?", "turn": {}, "sources": [], "answered": True, "confidence": 0.9}
TURN |= {"generation": "g", "answer_messages": []}
LETTER = {"bot_id": 1, "number": 1, "sent": []}
TABLES = Base.metadata.tables
FOREVER = {"roles", "rights", "corpora", "web_tokens", "web_keys", "model_trials"}
"""What administrators decided or measured stays until they do so again."""
NAMELESS = {"battles", "battle_votes"} & set(TABLES)
"""What is counted stays, without the person and their words."""
PAGE = Path(__file__).parents[3] / "docs" / "retention.md"


def count_rows(state: State) -> dict[str, int]:
    counts = {table.name: select(func.count()).select_from(table) for table in TABLES.values()}
    with state.session() as session:
        found = {name: session.scalar(query) or 0 for name, query in counts.items()}
    return {name: count for name, count in found.items() if count}


def sample_rows(person: int, at: datetime) -> Sequence[Base]:
    """One row in every table, all of this moment."""
    place = {"person_id": person, "chat_id": person, "thread_id": 0}
    invited = at + timedelta(days=3)
    return (
        t.PersonRow(id=person, first_seen=at, last_seen=at),
        t.ConversationRow(id=person, **place, started_at=at, last_at=at, ended=False),
        t.TurnRow(id=person, conversation_id=person, chat_id=person, created_at=at, **TURN),
        t.VoteRow(turn_id=person, person_id=person, good=True, created_at=at),
        t.DocumentRow(**place, name="a", path="a", scope="corpus", status="indexed", created_at=at),
        t.ChatRow(id=-person, first_seen=at),
        t.ModelTrialRow(model=f"m{person}", prompt="p", figures={}, created_at=at),
        t.CorpusRow(chat_id=-person, thread_id=0, selection={}, chosen_at=at),
        t.SpendingRow(day=at.date(), model="m", calls=1, input=1, output=1, micros=1),
        t.ReplyRow(key=str(person), generation="g", text="Lui.", created_at=at),
        t.UpdateRow(bot_id=1, id=person, content=None, tries=1, arrived_at=at, done_at=at),
        t.DeliveryRow(
            id=person, update_id=person, outcome="sent", created_at=at, done_at=at, **LETTER
        ),
        t.AttachmentRow(delivery_id=person, digest="d", data=b"a"),
        t.RoleRow(person_id=person, role="reader", given_at=at),
        t.InvitationRow(digest=str(person), role="reader", created_by=person, expires_at=invited),
        t.ActRow(at=at - 275 * DAY, door="web", name="Zoé", act="build", object="", detail=""),
        t.RightRow(collection="conseil", holder=person, label=str(person), given_at=at),
        t.WebTokenRow(name=str(person), digest=str(person), created_at=at),
        t.WebKeyRow(name=str(person), key=b"k"),
        t.MeterRow(key=f"person:{person}", left=1.0, at=at, told=False),
        t.NoticeRow(key=f"stranger:{person}", at=at),
        t.AnnouncementRow(id=person, person_id=person, text="Oyez", status="sent", created_at=at),
        t.AddresseeRow(announcement_id=person, person_id=person, outcome="sent"),
        *(row for rows in FEATURE_ROWS for row in rows(person, at)),
    )


def add_rows(state: State, rows: Sequence[Base]) -> None:
    """One by one: what stands on another comes after it."""
    with state.session() as session:
        for row in rows:
            session.add(row)
            session.flush()


def look(state: State, *moments: timedelta) -> list[ClockVerdict]:
    return [state.do(partial(check_clock, now=NOW + moment)) for moment in moments]


def test_a_clock_that_leaps_is_not_trusted_for_a_day(state: State) -> None:
    assert look(state, 0 * DAY, HOUR, DAY, 2 * DAY) == ["agrees"] * 4
    leap = 400 * DAY
    assert look(state, leap, leap + HOUR, leap + 23 * HOUR) == ["leapt", "doubted", "doubted"]
    assert look(state, leap + DAY, leap + 2 * DAY) == ["agrees", "agrees"]


def test_a_clock_that_is_set_right_again_has_erased_nothing(state: State) -> None:
    assert look(state, 0 * DAY, 400 * DAY, HOUR) == ["agrees", "leapt", "leapt"]
    assert look(state, 2 * HOUR, 26 * HOUR) == ["doubted", "agrees"]


def test_much_at_once_is_announced_first_and_goes_a_day_later(state: State) -> None:
    add_rows(state, [t.PersonRow(id=n, first_seen=NOW, last_seen=NOW) for n in range(600)])
    late = NOW + 91 * DAY
    erase = partial(erase_expired, terms=TERMS)
    first, again = (state.do(partial(erase, now=at)) for at in (late, late + HOUR))
    assert (first.held, first.announce, first.lasting_rows) == (True, True, 600)
    assert (again.held, again.announce) == (True, False)
    assert count_rows(state)["people"] == 600
    assert not state.do(partial(erase, now=late + DAY)).held
    assert "people" not in count_rows(state)


def forget_rows(state: State, now: datetime = NOW) -> dict[str, int]:
    return state.do(partial(retention.delete_expired_rows, now=now, terms=TERMS))


def test_what_is_old_goes_from_every_table_and_what_is_new_stays(state: State) -> None:
    rows = sample_rows(7, NOW - timedelta(days=91))
    assert {row.__tablename__ for row in rows} == set(TABLES)
    add_rows(state, rows)
    add_rows(state, sample_rows(8, NOW))
    assert forget_rows(state) == dict.fromkeys(set(TABLES) - FOREVER, 1)
    lasting = FOREVER | NAMELESS
    assert count_rows(state) == {name: 2 if name in lasting else 1 for name in TABLES}
    assert forget_rows(state) == {}


def test_the_page_tells_of_every_table_how_long() -> None:
    rows = re.findall(r"^\| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"`(\w+)`", "\n".join(rows))
    assert set(TABLES) <= set(named)


def test_what_could_never_be_sent_goes_with_its_words(state: State) -> None:
    update = t.UpdateRow(bot_id=1, id=1, content={"text": "?"}, tries=1, arrived_at=NOW)
    letter = t.DeliveryRow(update_id=1, letter={}, outcome="waiting", created_at=NOW, **LETTER)
    add_rows(state, [update, letter])
    assert forget_rows(state, NOW + timedelta(days=89)) == {}
    assert forget_rows(state, NOW + timedelta(days=91)) == {"updates": 1, "deliveries": 1}
