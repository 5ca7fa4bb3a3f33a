"""Builds: one at a time, after each change, whatever becomes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.terminal.watch import watcher
from bot.terminal.watch.watcher import RETRY, ChangeSignal, StopSignal, Watcher
from index.build.builder import BuildReport, build_articles
from index.errors import BuildLocked, BuildStopped, ReadError
from tests.fakes import FakeEmbedder
from tests.index.samples import three


def report(folder: Path) -> BuildReport:
    return build_articles(three(), folder, FakeEmbedder())


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


def test_it_builds_at_the_beginning_and_after_each_change(tmp_path: Path) -> None:
    made = report(tmp_path)
    watched = Watched(*[lambda: made] * 3)
    assert watched.run() == ["rebuilt"] * 3
    assert watched.most_at_once == 1


def test_a_build_that_fails_is_told_and_the_next_change_tries_again(tmp_path: Path) -> None:
    made = report(tmp_path)
    watched = Watched(
        raising(ReadError("path-missing", subject="a")), raising(MemoryError("full")), lambda: made
    )
    assert watched.run() == ["not: a: path-missing", "not: full", "rebuilt"]


def test_what_could_not_be_built_is_tried_again_although_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "AGAIN_SECONDS", (0.01, 0.05))
    heard, stop, made = Heard(), StopSignal(), report(tmp_path)
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


def test_a_build_that_is_stopped_ends_all_in_silence() -> None:
    assert Watched(raising(BuildStopped("build-stopped"))).run() == []


def test_followers_run_beside_and_end_with_it(tmp_path: Path) -> None:
    made = report(tmp_path)
    watched = Watched(lambda: made)
    ended = []

    def follower() -> None:
        while not watched.stop.wait(0.01):
            pass
        ended.append(True)

    def stubborn() -> None:
        time.sleep(120)  # a site that says nothing: it must not keep the process

    began = time.monotonic()
    watched.run(follower, stubborn)
    assert ended == [True]
    assert time.monotonic() - began < 60


class Waits(StopSignal):
    """Counts the looks at what has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def wait(self, seconds: float) -> bool:
        self.count += 1
        return super().wait(seconds)

    def more(self, looks: int) -> None:
        until, wanted = time.monotonic() + 30, self.count + looks
        while self.count < wanted:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_it_beats_as_long_as_every_follower_is_at_work(tmp_path: Path) -> None:
    made, stop, dies, beats = report(tmp_path), Waits(), threading.Event(), 0
    follower: list[threading.Thread] = []

    def follow() -> None:
        follower.append(threading.current_thread())
        dies.wait(30)

    def beat() -> None:
        nonlocal beats
        beats += 1

    watching = Watcher(lambda _: made, [follow], ChangeSignal(), Heard(), stop, RETRY, beat)
    thread = threading.Thread(target=watching.run)
    thread.start()
    stop.more(3)
    assert beats >= 2
    dies.set()
    follower[0].join(30)
    stop.more(2)
    last = beats
    stop.more(3)
    assert beats == last
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
