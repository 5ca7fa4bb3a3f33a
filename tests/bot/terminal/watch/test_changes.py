"""What the threads tell each other."""

from __future__ import annotations

import threading
import time

from bot.terminal.watch.watcher import ChangeSignal, StopSignal


def test_changes_are_taken_once_however_many_there_were() -> None:
    changes, stop = ChangeSignal(), StopSignal()
    changes.mark()
    changes.mark()
    assert changes.take(stop)
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    assert not changes.take(stop)
    assert time.monotonic() - began > 0.15


def test_what_changes_while_one_builds_counts_anew() -> None:
    changes, stop = ChangeSignal(), StopSignal()
    changes.mark()
    assert changes.take(stop)
    changes.mark()
    assert changes.take(stop)


def test_a_change_waits_for_what_is_still_coming_in() -> None:
    changes, stop = ChangeSignal(), StopSignal()
    done: list[float] = []
    with changes.hold():
        changes.mark()
        thread = threading.Thread(target=lambda: done.append(float(changes.take(stop))))
        thread.start()
        time.sleep(0.2)
        assert done == []
    thread.join(60)
    assert done == [1.0]


def test_a_change_does_not_wait_for_ever() -> None:
    changes, stop = ChangeSignal(patience=0.1), StopSignal()
    with changes.hold():
        changes.mark()
        assert changes.take(stop)


def test_the_end_cuts_a_wait_short() -> None:
    stop = StopSignal()
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    assert stop.wait(120)
    assert time.monotonic() - began < 60
    assert not StopSignal().wait(0.01)
