"""Feeds read every so often, over a real site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.library.gatherer import open_gatherer
from bot.settings import Settings
from bot.terminal.watch.feeds import Interrupted, Poller
from bot.terminal.watch.watcher import ChangeSignal, StopSignal
from index.errors import FetchError
from index.fetch.gatherer import FailedAddress, Gatherer, GatherEvent
from tests.web.site import Answer, Site, article, day, rss


class Heard:
    def __init__(self) -> None:
        self.all: list[tuple[str, ...]] = []

    def news(self, feed: str, added: int, updated: int) -> None:
        self.all.append(("news", str(added), str(updated)))

    def event(self, event: GatherEvent) -> None:
        assert isinstance(event, FailedAddress)
        self.all.append(("event", event.error.code))

    def trouble(self, feed: str, error: Exception) -> None:
        kind = error.code if isinstance(error, FetchError) else type(error).__name__
        self.all.append(("trouble", kind))


class Polled:
    def __init__(self, gatherer: Gatherer, *feeds: str) -> None:
        self.now, self.heard = 100.0, Heard()
        self.changes, self.stop = signals = ChangeSignal(), StopSignal()
        arguments = (gatherer, feeds, 60.0, signals[0], self.heard, signals[1])
        self.poller = Poller(*arguments, lambda: self.now)

    def read(self, after: float = 60.0) -> list[tuple[str, ...]]:
        self.now += after
        self.heard.all.clear()
        self.poller.read_due()
        return list(self.heard.all)


@pytest.fixture
def feed(site: Site) -> str:
    site.pages |= {"/aa": article("a"), "/bb": article("b")}
    site.pages["/rss"] = replace(rss(site.url, [("/aa", day(1))]), etag='"1"')
    return f"{site.url}/rss"


@pytest.fixture
def gatherer(settings: Settings) -> Iterator[Gatherer]:
    gatherer = open_gatherer(settings, news=True)
    with gatherer.fetcher:
        yield gatherer


def test_what_is_new_is_told_and_built_for(site: Site, gatherer: Gatherer, feed: str) -> None:
    polled = Polled(gatherer, feed)
    assert polled.read() == [("news", "1", "0")]
    assert polled.changes.take(polled.stop)
    assert polled.read() == []
    assert site.asked[-1].headers["If-None-Match"] == '"1"'
    site.pages["/rss"] = replace(rss(site.url, [("/aa", day(1)), ("/bb", day(2))]), etag='"2"')
    assert polled.read() == [("news", "1", "0")]
    assert site.paths == ["/rss", "/aa", "/rss", "/rss", "/bb"]


def test_a_feed_that_fails_is_read_more_rarely(site: Site, gatherer: Gatherer, feed: str) -> None:
    site.pages["/rss"] = Answer("", status=404)
    polled = Polled(gatherer, feed, f"{site.url}/other")
    site.pages["/other"] = rss(site.url, [("/bb", day(1))])
    assert polled.read() == [("trouble", "address-status"), ("news", "1", "0")]
    assert polled.read() == []  # not yet
    assert polled.read() == [("trouble", "address-status")]
    site.pages["/rss"] = rss(site.url, [("/aa", day(1))])
    assert polled.read(after=240.0) == [("news", "1", "0")]


def test_an_entry_that_fails_is_told_once(site: Site, gatherer: Gatherer, feed: str) -> None:
    site.pages["/rss"] = replace(rss(site.url, [("/gone", day(1)), ("/busy", day(2))]), etag='"1"')
    site.pages["/busy"] = Answer("", status=503)
    polled = Polled(gatherer, feed)
    assert polled.read() == [("event", "address-status"), ("event", "address-status")]
    assert polled.read() == []
    site.pages["/busy"] = article("b")
    assert polled.read() == [("news", "1", "0")]
    # All that can be had is had: the feed is asked for with its tag again.
    site.asked.clear()
    assert polled.read() == []
    assert site.paths == ["/rss"]


def test_the_end_is_heard_in_midst_of_a_feed(site: Site, settings: Settings, feed: str) -> None:
    stop = StopSignal()
    entries = [(f"/{number}{number}", day(number)) for number in range(1, 20)]
    site.pages |= {path: article(path) for path, _ in entries}
    site.pages["/rss"] = rss(site.url, entries)
    site.pages["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 0.2", "text/plain")
    reading = threading.Event()

    def sleep(seconds: float) -> None:
        if len(site.paths) >= 4:
            reading.set()
            assert stop.wait(60)
            raise Interrupted

    gatherer = open_gatherer(settings, news=True, sleep=sleep)
    heard = Heard()
    poller = Poller(gatherer, [feed], 60.0, ChangeSignal(), heard, stop)
    thread = threading.Thread(target=poller.follow)
    thread.start()
    assert reading.wait(60)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert len(site.paths) == 4
    assert [line[0] for line in heard.all] == ["news"]
