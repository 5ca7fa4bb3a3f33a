"""What was told in a chat is known by its messages, recorded once, and gone with the person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from bot.digests import script_records as scripts
from bot.digests.script_records import NewScript, ScriptRecord
from bot.state import deliveries, privacy
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from bot.state.deliveries import Delivery, Letter, Part

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALONE, GROUP, BOT = ConversationPlace(7, 0, 7), ConversationPlace(-100, 5, 7), 4200000001
TOLD = NewScript("fr", ("a1", "a2"), "sardines", {"title": "T", "name": "t.mp3", "lines": []})


def keep(
    state: State,
    place: ConversationPlace = ALONE,
    messages: tuple[int, ...] = (11, 12),
    progress: int | None = 13,
) -> ScriptRecord:
    return state.do(
        partial(
            scripts.save_script,
            place=place,
            new=TOLD,
            messages=messages,
            progress=progress,
            now=NOW,
        )
    )


def of_message(state: State, message: int, chat: int = 7) -> NewScript | None:
    return state.do(partial(scripts.script_of_message, chat_id=chat, message_id=message))


def post(state: State, script: ScriptRecord) -> Delivery | None:
    return state.do(
        partial(
            scripts.post_recording,
            script_id=script.id,
            bot_id=BOT,
            letter=Letter(7, 0, (Part("T"),)),
            now=NOW,
        )
    )


def test_each_of_its_messages_tells_what_it_is_of(state: State) -> None:
    kept = keep(state)
    for message in (11, 12):
        assert of_message(state, message) == TOLD
    assert of_message(state, 14) is None
    assert of_message(state, 11, chat=8) is None

    posted = post(state, kept)
    assert posted is not None
    sent = partial(
        deliveries.record_sent, delivery_id=posted.id, message_ids=(14,), whole=True, now=NOW
    )
    state.do(sent)
    state.do(partial(scripts.note_messages, delivery_id=posted.id))

    found = of_message(state, 14)
    assert found is not None
    assert (found.articles, found.subject) == (("a1", "a2"), "sardines")


def test_it_is_recorded_once_whoever_does(state: State) -> None:
    kept = keep(state)
    assert [each.id for each in state.do(scripts.unrecorded_scripts)] == [kept.id]
    take_up = partial(scripts.claim_script, script_id=kept.id)
    assert [state.do(take_up), state.do(take_up)] == [1, 2]
    with ThreadPoolExecutor(4) as pool:
        posted = list(pool.map(lambda _: post(state, kept), range(8)))
    assert sum(each is not None for each in posted) == 1
    assert state.do(scripts.unrecorded_scripts) == []
    assert state.do(take_up) is None


def test_a_person_s_is_among_what_is_kept_and_goes_with_them(state: State) -> None:
    kept = keep(state)
    exported = state.do(partial(privacy.export_person, person_id=7))["scripts"]
    assert [each["subject"] for each in exported] == ["sardines"]
    state.do(partial(privacy.erase_person, person_id=7))
    assert of_message(state, 11) is None
    assert post(state, kept) is None
