"""Builds: one at a time, after each change, whatever becomes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.terminal.watch import watcher
from bot.terminal.watch.watcher import RETRY, ChangeSignal, StopSignal, Watcher
from index.errors import BuildLocked, BuildStopped, ReadError
from index.ingestion.builder import BuildReport, build_articles
from tests.fakes import FakeEmbedder
from tests.index.samples import three


@pytest.fixture
def made(tmp_path: Path) -> BuildReport:
    return build_articles(three(), tmp_path, FakeEmbedder())


class Heard:
    def __init__(self) -> None:
        self.all: list[str] = []

    def rebuilt(self, report: BuildReport, seconds: float) -> None:
        self.all.append("rebuilt")

    def not_rebuilt(self, error: Exception) -> None:
        self.all.append(f"not: {error}")

    def waiting(self, error: BuildLocked) -> None:
        self.all.append("waiting")


class Watched:
    """A watcher in a thread; `builds` are what each build does in turn, the last one ends all."""

    def __init__(self, *builds: Callable[[], BuildReport]) -> None:
        self.heard, self.stop, self.changes = Heard(), StopSignal(), ChangeSignal()
        self._builds = list(builds)
        self.at_once = self.most_at_once = 0

    def run(self, *followers: Callable[[], None]) -> list[str]:
        watcher = Watcher(self._build, followers, self.changes, self.heard, self.stop, retry=0.05)
        thread = threading.Thread(target=watcher.run)
        thread.start()
        thread.join(30)
        self.stop.set()
        assert not thread.is_alive()
        return self.heard.all

    def _build(self, stop: Callable[[], bool]) -> BuildReport:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            act = self._builds.pop(0)
            if not self._builds:
                self.stop.set()
            else:
                self.changes.mark()  # as if something changed during the build
            return act()
        finally:
            self.at_once -= 1


def raising(error: Exception) -> Callable[[], BuildReport]:
    def build() -> BuildReport:
        raise error

    return build


def test_it_builds_at_the_beginning_and_after_each_change(made: BuildReport) -> None:
    failures = raising(ReadError("path-missing", subject="a")), raising(MemoryError("full"))
    watched = Watched(lambda: made, *failures, lambda: made)
    assert watched.run() == ["rebuilt", "not: a: path-missing", "not: full", "rebuilt"]
    assert watched.most_at_once == 1
    assert Watched(raising(BuildStopped("build-stopped"))).run() == []


def test_a_failed_build_is_tried_again(made: BuildReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "AGAIN_SECONDS", (0.01, 0.05))
    heard, stop = Heard(), StopSignal()
    tried: list[float] = []

    def build(_: Callable[[], bool]) -> BuildReport:
        tried.append(time.monotonic())
        if len(tried) < 4:
            raise OSError("No space left on device")
        stop.set()
        return made

    Watcher(build, (), ChangeSignal(), heard, stop).run()
    assert heard.all == ["not: No space left on device"] * 3 + ["rebuilt"]
    assert tried[3] - tried[2] >= 0.05


def test_another_builder_is_waited_for(made: BuildReport) -> None:
    locked = raising(BuildLocked("build-locked", subject="index"))
    assert Watched(locked, locked, lambda: made).run() == ["waiting", "rebuilt"]


def test_followers_end_with_it_but_a_stubborn_one_does_not_keep_it(made: BuildReport) -> None:
    ended, watched = threading.Event(), Watched(lambda: made)

    def follower() -> None:
        watched.stop.wait(60)
        ended.set()

    watched.run(follower, lambda: time.sleep(600))
    assert ended.is_set()


class Looks(StopSignal):
    count = 0

    def wait(self, seconds: float) -> bool:
        self.count += 1
        if self.count == 10:
            self.set()
        return super().wait(seconds)


def test_it_beats_as_long_as_every_follower_is_at_work(made: BuildReport) -> None:
    dies, follower, beats = threading.Event(), [], []

    def follow() -> None:
        follower.append(threading.current_thread())
        dies.wait(60)

    def beat() -> None:
        beats.append("beat")
        if len(beats) == 3:
            dies.set()
            follower[0].join(60)

    Watcher(lambda _: made, [follow], ChangeSignal(), Heard(), Looks(), RETRY, beat).run()
    assert len(beats) == 3


def test_a_change_waits_for_what_is_still_coming_in_but_not_for_ever() -> None:
    now, looks, stop = 0.0, 0, StopSignal()
    changes = ChangeSignal(patience=120, clock=lambda: now)

    def look() -> None:
        nonlocal now, looks
        now, looks = now + 50, looks + 1

    with changes.hold():
        changes.mark()
        assert changes.take(stop, beat=look)
    assert looks == 3
    changes.mark()
    changes.mark()
    assert changes.take(stop, beat=look)
    assert looks == 4
    assert not changes.take(stop, beat=stop.set)  # taken once, however many there were
