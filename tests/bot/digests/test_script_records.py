"""What was told in a chat is known by its messages, recorded once, and gone with the person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.digests import script_records as scripts
from bot.digests.script_records import NewScript, ScriptRecord
from bot.state import deliveries, privacy
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from bot.state.deliveries import Delivery, Letter, Part

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALONE, BOT = ConversationPlace(7, 0, 7), 4200000001
TOLD = NewScript("fr", ("a1", "a2"), "sardines", {"title": "T", "name": "t.mp3", "lines": []})


def keep(session: Session) -> ScriptRecord:
    return scripts.save_script(session, ALONE, TOLD, (11, 12), 13, NOW)


def post(session: Session, script: ScriptRecord) -> Delivery | None:
    return scripts.post_recording(session, script.id, BOT, Letter(7, 0, (Part("T"),)), NOW)


def test_each_of_its_messages_tells_what_it_is_of(state: State) -> None:
    with state.session() as session:
        kept = keep(session)
        for message in (11, 12):
            assert scripts.script_of_message(session, 7, message) == TOLD
        assert scripts.script_of_message(session, 7, 14) is None
        assert scripts.script_of_message(session, 8, 11) is None

        posted = post(session, kept)
        assert posted is not None
        deliveries.record_sent(session, posted.id, (14,), whole=True, now=NOW)
        scripts.note_messages(session, posted.id)
        found = scripts.script_of_message(session, 7, 14)
    assert found is not None
    assert (found.articles, found.subject) == (("a1", "a2"), "sardines")


def test_it_is_recorded_once_whoever_does(state: State) -> None:
    kept = state.do(keep)
    assert [script.id for script in state.do(scripts.unrecorded_scripts)] == [kept.id]
    take_up = partial(scripts.claim_script, script_id=kept.id)
    assert [state.do(take_up), state.do(take_up)] == [1, 2]
    with ThreadPoolExecutor(4) as pool:
        posted = list(pool.map(lambda _: state.do(partial(post, script=kept)), range(8)))
    assert sum(script_id is not None for script_id in posted) == 1
    assert state.do(scripts.unrecorded_scripts) == []
    assert state.do(take_up) is None


def test_a_person_s_is_among_what_is_kept_and_goes_with_them(state: State) -> None:
    with state.session() as session:
        kept = keep(session)
        exported = privacy.export_person(session, 7)["scripts"]
        assert [script["subject"] for script in exported] == ["sardines"]
        privacy.erase_person(session, 7)
        assert scripts.script_of_message(session, 7, 11) is None
        assert post(session, kept) is None
