"""The log of a builder: that it is at work, and what its last build came to."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.library.builder_log import BEAT_SECONDS, BuilderLog
from index.errors import BuildLocked, BuildStopped, ReadError
from index.ingestion.builder import BuildReport, build_articles
from index.store.files.store import FileStore
from tests.fakes import FakeEmbedder
from tests.index.samples import three


class Builder:
    """A builder of three articles, with its log on a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_000_000.0
        self.store = FileStore(folder)
        self.log = BuilderLog(self.store, lambda: self.now)

    def build(self, stop: Callable[[], bool]) -> BuildReport:
        return build_articles(three(), self.store, FakeEmbedder(), stop=stop)

    def fail(self, error: Exception) -> None:
        def build(_: Callable[[], bool]) -> BuildReport:
            raise error

        with pytest.raises(type(error)):
            self.log.run(build, lambda: False)

    def noted(self) -> tuple[float, float | None, str | None, int]:
        status = self.store.builder_status()
        assert status is not None
        return status.seen, status.built, status.outcome, status.articles


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    return Builder(tmp_path)


def test_each_build_is_noted_with_its_outcome(builder: Builder) -> None:
    builder.log.run(builder.build, lambda: False)
    assert builder.noted() == (1_000_000, 1_000_000, "switched", 3)
    builder.now += 10
    builder.log.run(builder.build, lambda: False)
    assert builder.noted() == (1_000_010, 1_000_010, "unchanged", 3)
    builder.now += 10
    builder.fail(ReadError("path-missing", subject="a"))
    assert builder.noted() == (1_000_020, 1_000_020, "failed", 3)


@pytest.mark.parametrize("error", [BuildLocked("build-locked"), BuildStopped("build-stopped")])
def test_a_build_that_was_locked_or_stopped_is_none(builder: Builder, error: Exception) -> None:
    builder.log.run(builder.build, lambda: False)
    builder.now += 3600
    builder.fail(error)
    assert builder.noted() == (1_003_600, 1_000_000, "switched", 3)
    builder.now += 3600
    BuilderLog(builder.store, lambda: builder.now).beat()  # of a new process
    assert builder.noted() == (1_007_200, 1_000_000, "switched", 3)


def test_it_beats_while_it_waits_and_while_it_builds(builder: Builder) -> None:
    builder.log.beat()
    builder.now += BEAT_SECONDS - 1
    builder.log.beat()
    assert builder.noted()[0] == 1_000_000, "once a minute is enough"
    builder.now += 1
    builder.log.beat()
    assert builder.noted()[0] == 1_000_060
    seen: list[float] = []

    def build(stop: Callable[[], bool]) -> BuildReport:
        for _ in range(3):
            builder.now += BEAT_SECONDS
            assert not stop()
            seen.append(builder.noted()[0])
        return builder.build(stop)

    builder.log.run(build, lambda: False)
    assert seen == [1_000_120, 1_000_180, 1_000_240]


def test_a_lost_status_fails_no_build(builder: Builder, caplog: pytest.LogCaptureFixture) -> None:
    (builder.folder / "builder.json").mkdir()
    with caplog.at_level(logging.INFO):
        assert builder.log.run(builder.build, lambda: False).articles == 3
    assert "cannot be noted" in caplog.text
