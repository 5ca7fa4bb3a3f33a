"""Builds: one at a time, after each change, whatever becomes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.terminal.watch import watcher
from bot.terminal.watch.watch import WatchLines
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


def test_another_builder_is_waited_for(tmp_path: Path) -> None:
    made, locked = report(tmp_path), raising(BuildLocked("build-locked", subject="index"))
    assert Watched(locked, locked, lambda: made).run() == ["waiting", "rebuilt"]


def test_what_the_builds_do_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = WatchLines("fr")
    lines.not_rebuilt(ReadError("path-missing", subject="articles"))
    lines.waiting(BuildLocked("build-locked", subject="index"))
    failure, waiting = capsys.readouterr().err.splitlines()
    assert "Index inchangé" in failure
    assert "En attente" in waiting


def test_a_build_that_is_stopped_ends_all_in_silence() -> None:
    assert Watched(raising(BuildStopped("build-stopped"))).run() == []


def test_followers_run_beside_and_end_with_it_but_a_stubborn_one_does_not_keep_it(
    tmp_path: Path,
) -> None:
    made, ended = report(tmp_path), threading.Event()
    watched = Watched(lambda: made)

    def follower() -> None:
        watched.stop.wait(60)
        ended.set()

    watched.run(follower, lambda: time.sleep(600))
    assert ended.is_set()


class Looks(StopSignal):
    """Ends after ten looks at what has changed."""

    count = 0

    def wait(self, seconds: float) -> bool:
        self.count += 1
        if self.count == 10:
            self.set()
        return super().wait(seconds)


def test_it_beats_as_long_as_every_follower_is_at_work(tmp_path: Path) -> None:
    made, dies, follower, beats = report(tmp_path), threading.Event(), [], []

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


def test_changes_are_taken_once_however_many_there_were_and_later_ones_count_anew() -> None:
    changes, stop = ChangeSignal(), StopSignal()
    changes.mark()
    changes.mark()
    assert changes.take(stop)
    changes.mark()
    assert changes.take(stop)
    assert not changes.take(stop, beat=stop.set)


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
    assert changes.take(stop, beat=look)
    assert looks == 4


def test_the_end_cuts_a_wait_short() -> None:
    stop = StopSignal()
    waiting = threading.Thread(target=stop.wait, args=(600,))
    waiting.start()
    stop.set()
    waiting.join(60)
    assert not waiting.is_alive()
    assert not StopSignal().wait(0.01)
