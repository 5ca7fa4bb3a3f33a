"""Who gets a turn: whoever asked first, but for what is urgent."""

from __future__ import annotations

import threading

from bot.state.database import Turns


def test_what_is_urgent_goes_before_what_waits() -> None:
    turns, done = Turns(), list[str]()
    waiting = threading.Semaphore(0)

    def take(name: str, *, urgent: bool) -> None:
        waiting.release()
        with turns.turn(urgent=urgent):
            done.append(name)

    threads = [
        threading.Thread(target=take, args=("ordinary",), kwargs={"urgent": False}),
        threading.Thread(target=take, args=("urgent",), kwargs={"urgent": True}),
    ]
    with turns.turn():
        for thread in threads:
            thread.start()
            waiting.acquire()
        while turns.waiting < 2:
            pass
        assert done == []
    for thread in threads:
        thread.join(5)
    assert done == ["urgent", "ordinary"]


def test_a_turn_ends_with_its_block_whatever_happens() -> None:
    turns = Turns()
    try:
        with turns.turn():
            raise ValueError
    except ValueError:
        pass
    with turns.turn(urgent=True):
        assert turns.waiting == 0
