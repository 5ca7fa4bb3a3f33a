"""Times as people write them, and who gets the daily when: kept once a place, sent once a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from bot.digests import digest_records as digests
from bot.digests.schedule import Schedule, day_before_first, due_day, parse_day, parse_schedule
from bot.state import deliveries, privacy
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from bot.state.deliveries import Letter, Part
from tests.bot.state.test_retention import forget_rows

PARIS = ZoneInfo("Europe/Paris")
WORKDAYS = (0, 1, 2, 3, 4)
TUESDAY = date(2026, 12, 1)
ALOUD = Schedule(450, audio=True)


@pytest.mark.parametrize(
    ("typed", "schedule"),
    [
        ("7h30", Schedule(450)),
        ("07:30", Schedule(450)),
        ("18 heures", Schedule(1080)),
        ("18h le lundi et le jeudi", Schedule(1080, (0, 3))),
        ("du lundi au vendredi 7h", Schedule(420, WORKDAYS)),
        ("en semaine 7h30", Schedule(450, WORKDAYS)),
        ("tous les jours à 0h", Schedule(0)),
        ("MONDAY, Thursday 6:00 pm", Schedule(1080, (0, 3))),
        ("every day at 12:00 am", Schedule(0)),
        *((typed, ALOUD) for typed in ("7h30 audio", "audio 7h30", "7h30 en audio")),
        *((typed, ALOUD) for typed in ("à voix haute à 7h30", "7:30 aloud")),
        *((typed, None) for typed in ("", "demain", "lundi", "25h", "7h75", "7h30 demain")),
        *((typed, None) for typed in ("7h 8h", "7", "lundi 7h30 sauf férié")),
        pytest.param("lundi " * 100_000 + "7h", None, id="endless"),
    ],
)
def test_a_time_is_understood_or_refused_whole(typed: str, schedule: Schedule | None) -> None:
    assert parse_schedule(typed) == schedule


@pytest.mark.parametrize("start", [datetime(2026, 3, 20), datetime(2026, 10, 18)])
@pytest.mark.parametrize("minute", [0, 119, 150, 179, 1439])
def test_over_a_change_of_clock_every_day_has_one(start: datetime, minute: int) -> None:
    """Looked at every minute for twelve days."""
    schedule, last = Schedule(minute), start.date()
    sent: list[date] = []
    moment = start.replace(tzinfo=PARIS).astimezone(UTC)
    for step in range(12 * 24 * 60):
        now = (moment + timedelta(minutes=step)).astimezone(PARIS)
        if (day := due_day(schedule, last, now)) is not None:
            sent.append(day)
            last = day
            assert now.time() >= schedule.clock
    assert sent == [start.date() + timedelta(days=at) for at in range(1, len(sent) + 1)]
    assert len(sent) >= 10


def test_who_asks_after_the_time_waits_for_the_next_day() -> None:
    schedule, now = Schedule(450), datetime(2026, 3, 26, 8, tzinfo=PARIS)
    assert day_before_first(schedule, now) == now.date()
    assert day_before_first(schedule, now.replace(hour=7)) == date(2026, 3, 25)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        *(("hier", 30), ("d’hier", 30), ("yesterday", 30), ("avant-hier", 29), ("Lundi", 30)),
        *(("lundi dernier", 30), ("le samedi", 28), ("lundi 23 novembre", 23), ("mardi", None)),
    ],
)
def test_a_day_of_a_daily_is_the_last_of_its_name(words: str, day: int | None) -> None:
    expected = date(2026, 11, day) if day else TUESDAY
    assert parse_day(words, TUESDAY) == expected
    assert parse_day(f"les nouvelles de {words} stp", TUESDAY, anywhere=True) == expected


@pytest.mark.parametrize("words", ["3 mars", "March 3", "du 3 mars 2026", "3/3/2026", "2026-03-03"])
def test_a_date_is_a_day_of_a_daily(words: str) -> None:
    assert parse_day(words, TUESDAY) == date(2026, 3, 3)


@pytest.mark.parametrize(
    "words", ["", "stop", "lundi jeudi", "mars", "3 décembre 2026", "31 avril"]
)
def test_what_names_no_past_day_is_none(words: str) -> None:
    assert parse_day(words, TUESDAY) is None


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY, DAY = date(2026, 3, 1), timedelta(days=1)
ALONE, TOPIC, BOT = ConversationPlace(7, 0, 7), ConversationPlace(-100, 5, 7), 4200000001


def keep(session: Session, place: ConversationPlace = ALONE, minute: int = 450) -> int:
    digests.save_digest(session, place, minute, (0, 3), "fr", TODAY - DAY, NOW)
    kept = digests.digest_of(session, place.chat_id, place.thread_id)
    assert kept is not None
    return kept.id


def is_posted(state: State, number: int) -> bool:
    letter = Letter(7, 0, (Part("Le Quotidien"),))
    articles = ("a1", "a2")
    post = digests.post_digest
    return (
        state.do(lambda session: post(session, number, TODAY, articles, BOT, letter, NOW))
        is not None
    )


def test_a_place_has_one_and_a_new_one_takes_its_place(state: State) -> None:
    with state.session() as session:
        for place, minute in ((ALONE, 450), (TOPIC, 450), (ALONE, 1080)):
            keep(session, place, minute)
        kept = digests.waiting_digests(session, TODAY)
    assert {(digest.chat_id, digest.thread_id, digest.minute, digest.days) for digest in kept} == {
        (7, 0, 1080, (0, 3)),
        (-100, 5, 450, (0, 3)),
    }


def test_the_daily_of_a_day_is_sent_once_whoever_sends_it(state: State) -> None:
    number = state.do(keep)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: is_posted(state, number), range(8)))
    assert sent.count(True) == 1
    state.process += 1  # the next one finds what that one has left
    with state.session() as session:
        assert len(deliveries.take_over_deliveries(session, BOT)) == 1
        assert digests.waiting_digests(session, TODAY) == []
        (tomorrow,) = digests.waiting_digests(session, TODAY + DAY)
    assert (tomorrow.last_day, tomorrow.article_ids) == (TODAY, ("a1", "a2"))


def test_what_was_stopped_meanwhile_is_not_sent_and_goes_with_the_person(state: State) -> None:
    number = state.do(keep)
    with state.session() as session:
        assert [digests.stop_digest(session, 7, 0) for _ in range(2)] == [True, False]
    assert not is_posted(state, number)
    with state.session() as session:
        keep(session)
        assert privacy.export_person(session, 7)["digests"][0]["minute"] == 450
        privacy.erase_person(session, 7)
        assert digests.waiting_digests(session, TODAY) == []


def test_who_gets_the_daily_is_known_as_long_as_it_is_sent(state: State) -> None:
    with state.session() as session:
        digests.save_digest(session, ALONE, 450, (0,), "fr", TODAY, NOW - 400 * DAY)
    assert forget_rows(state, NOW) == {}
    assert forget_rows(state, NOW + 91 * DAY) == {"digests": 1, "people": 1}
