"""Who gets the daily when: kept once a place, sent once a day, gone with the person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.digests import digest_records as digests
from bot.state import deliveries, privacy
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from bot.state.deliveries import Letter, Part
from tests.bot.state.test_retention import forget_rows

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
