"""What is done with a document is decided once, and done however often the process dies."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from bot.state import documents, updates
from bot.state.conversations import ConversationPlace
from bot.state.database import State, open_state
from bot.state.documents import DecidedScope, DocumentDecision
from bot.state.meters import decide_once

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = ConversationPlace(100, 0, 7)
MINE, PRESS, OTHER_PRESS = 7, 11, 12
Result = TypeVar("Result")


def received(session: Session) -> int:
    number = documents.receive_document(session, HERE, "a.pdf", None, NOW, update_id=1).id
    documents.note_path(session, number, "inbox/1/a.pdf")
    return number


def press(
    number: int, scope: DecidedScope, update: int = PRESS, person: int = MINE
) -> Callable[[Session], DocumentDecision | None]:
    who = {"document_id": number, "person_id": person}
    return partial(documents.decide, **who, scope=scope, update_id=update)


def decide(state: State, number: int, scope: DecidedScope, update: int = PRESS) -> DocumentDecision:
    decision = state.do(press(number, scope, update))
    assert decision is not None
    return decision


def at_once(url: str, jobs: list[Callable[[Session], Result]]) -> list[Result]:
    """Each by a process's own view of the database, all at the same moment."""
    barrier = Barrier(len(jobs))

    def do(job: Callable[[Session], Result]) -> Result:
        with closing(open_state(url)) as state:
            barrier.wait(30)
            return state.do(job)

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(do, jobs))


def test_of_buttons_pressed_at_once_one_decides(state: State, url: str) -> None:
    number = state.do(received)
    scopes: list[DecidedScope] = ["corpus", "dropped", "conversation", "dropped"]
    presses = [press(number, scope, update) for update, scope in enumerate(scopes, start=PRESS)]
    decisions = [decision for decision in at_once(url, presses) if decision is not None]
    assert [decision.first for decision in decisions].count(True) == 1
    (winner,) = [decision for decision in decisions if decision.first]
    assert {decision.document.scope for decision in decisions} == {winner.document.scope}


def test_a_question_decided_at_once_is_decided_once(state: State, url: str) -> None:
    decide = partial(decide_once, question="oublier:7:1", now=NOW)
    decided = at_once(
        url, [partial(decide, choice=choice) for choice in ("yes", "no", "yes", "no")]
    )
    assert decided.count(None) == 1
    assert len({decision for decision in decided if decision}) == 1
    assert state.do(partial(decide_once, question="oublier:7:2", choice="no", now=NOW)) is None


def test_a_press_that_is_told_again_goes_on_with_what_it_decided(state: State) -> None:
    number = state.do(received)
    assert state.do(received) == number  # however often its update is told
    assert state.do(press(number, "corpus", person=8)) is None  # it is not theirs
    for _ in range(2):
        assert decide(state, number, "corpus").first
        other = decide(state, number, "dropped", OTHER_PRESS)
        assert (other.first, other.document.scope) == (False, "corpus")
    finish = partial(documents.finish_filing, document_id=number, path="sent/a.pdf", now=NOW)
    assert state.do(finish)
    late = decide(state, number, "corpus")
    assert (late.first, late.document.status) == (False, "indexed")


@pytest.mark.parametrize("scope", ["corpus", "conversation", "dropped"])
def test_what_was_decided_and_not_done_stays_known(state: State, scope: DecidedScope) -> None:
    number = state.do(received)
    state.do(partial(updates.record_arrival, bot_id=1, update_id=PRESS, content={}, now=NOW))
    decide(state, number, scope)
    assert state.do(documents.unfinished_documents) == []  # the update is told again
    state.do(partial(updates.finish_update, bot_id=1, update_id=PRESS, now=NOW))
    (left,) = state.do(documents.unfinished_documents)
    assert (left.id, left.scope) == (number, scope)
    assert state.do(documents.waiting_documents) == {number}


def test_a_document_that_is_still_looked_at_can_only_be_dropped(state: State) -> None:
    receive = partial(documents.receive_document, place=HERE, name="a.pdf", url=None, now=NOW)
    number = state.do(receive).id
    assert not decide(state, number, "corpus").first
    assert decide(state, number, "dropped").first
