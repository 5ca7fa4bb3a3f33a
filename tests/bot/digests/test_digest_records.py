"""Who gets the daily when: kept once a place, sent once a day, gone with the person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial

from bot.digests import digest_records as digests
from bot.state import deliveries, privacy
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from bot.state.deliveries import Letter, Part

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 1)
ALONE, TOPIC, BOT = ConversationPlace(7, 0, 7), ConversationPlace(-100, 5, 7), 4200000001


def keep(state: State, place: ConversationPlace, minute: int = 450) -> None:
    state.do(
        partial(
            digests.save_digest,
            place=place,
            minute=minute,
            days=(0, 3),
            language="fr",
            last_day=TODAY - timedelta(days=1),
            now=NOW,
        )
    )


def waiting(state: State, today: date = TODAY) -> list[digests.DigestRecord]:
    return state.do(partial(digests.waiting_digests, today=today))


def post(state: State, digest_id: int, day: date = TODAY) -> bool:
    send = partial(
        digests.post_digest,
        digest_id=digest_id,
        day=day,
        article_ids=("a1", "a2"),
        bot_id=BOT,
        letter=Letter(7, 0, (Part("Le Quotidien"),)),
        now=NOW,
    )
    return state.do(send) is not None


def test_a_place_has_one_and_a_new_one_takes_its_place(state: State) -> None:
    for place in (ALONE, TOPIC):
        keep(state, place)
    keep(state, ALONE, 1080)
    found = {(each.chat_id, each.thread_id): each for each in waiting(state)}
    assert {place: each.minute for place, each in found.items()} == {(7, 0): 1080, (-100, 5): 450}
    assert found[7, 0].days == (0, 3)


def test_the_daily_of_a_day_is_sent_once_whoever_sends_it(state: State) -> None:
    keep(state, ALONE)
    (kept,) = waiting(state)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: post(state, kept.id), range(8)))
    assert sent.count(True) == 1
    state.process += 1  # the next one finds what that one has left
    assert len(state.do(partial(deliveries.take_over_deliveries, bot_id=BOT))) == 1
    assert waiting(state) == []
    (tomorrow,) = waiting(state, TODAY + timedelta(days=1))
    assert (tomorrow.last_day, tomorrow.article_ids) == (TODAY, ("a1", "a2"))


def test_what_was_stopped_meanwhile_is_not_sent(state: State) -> None:
    keep(state, ALONE)
    (kept,) = waiting(state)
    stop = partial(digests.stop_digest, chat_id=7, thread_id=0)
    assert state.do(stop)
    assert not state.do(stop)
    assert not post(state, kept.id)


def test_a_person_s_goes_with_them(state: State) -> None:
    keep(state, ALONE)
    assert len(state.do(partial(privacy.export_person, person_id=7))["digests"]) == 1
    state.do(partial(privacy.erase_person, person_id=7))
    assert waiting(state) == []
