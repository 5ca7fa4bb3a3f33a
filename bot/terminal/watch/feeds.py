"""Periodic polling of feeds; new entries are fetched."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence

from bot.terminal.watch.lines import WatchLines
from bot.terminal.watch.watcher import ChangeSignal, StopSignal
from index.fetch.fetcher import Validators
from index.fetch.gatherer import GatheredAddress, Gatherer, ListedPage

SLOWEST = 16  # maximum factor by which the interval of a failing feed grows
TRANSIENT_CODES = frozenset(
    {
        "address-busy",
        "address-disk",
        "address-robots-unreadable",
        "address-too-slow",
        "address-unknown-host",
        "address-unreachable",
    }
)
"""Codes of what may have passed when the feed is read again."""

logger = logging.getLogger(__name__)


class Interrupted(BaseException):
    """Shutdown during a fetch; not a fetch error."""


class Poller:
    """Polls feeds in a thread until the stop signal, each `every` seconds.

    The feeds are normalized URLs. Uses conditional requests; the interval of failing feeds grows.
    The error of an entry is reported once.
    """

    def __init__(
        self,
        gatherer: Gatherer,
        feeds: Sequence[str],
        every: float,
        changes: ChangeSignal,
        teller: WatchLines,
        stop: StopSignal,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gatherer = gatherer
        self._every = every
        self._changes = changes
        self._teller = teller
        self._stop = stop
        self._clock = clock
        self._due = dict.fromkeys(feeds, 0.0)
        self._failures: Counter[str] = Counter()
        self._validators: dict[str, Validators] = {}
        self._known_problems: set[tuple[str, str]] = set()

    def follow(self) -> None:
        with self._gatherer.fetcher:
            while not self._stop.is_set():
                self.read_due()
                self._stop.wait(max(0.0, min(self._due.values()) - self._clock()))

    def read_due(self) -> None:
        """Poll the feeds that are due."""
        for feed, due in self._due.items():
            if self._stop.is_set():
                return
            if due > self._clock():
                continue
            well = self._read(feed)
            self._failures[feed] = 0 if well else self._failures[feed] + 1
            rarer = min(2 ** self._failures[feed], SLOWEST)
            self._due[feed] = self._clock() + self._every * rarer

    def _read(self, feed: str) -> bool:
        """Poll one feed; return True on success."""
        try:
            with self._changes.hold():
                return self._gather(feed)
        except Interrupted:
            return True
        except Exception as error:  # continue with the other feeds
            logger.debug("The feed failed", exc_info=error)
            self._teller.trouble(feed, error)
            return False

    def _gather(self, feed: str) -> bool:
        counts: Counter[str] = Counter()
        page: ListedPage | None = None
        incomplete = False
        try:
            for event in self._gatherer.gather(feed, self._validators.get):
                if isinstance(event, ListedPage):
                    page = event
                elif isinstance(event, GatheredAddress):
                    counts[event.state] += 1
                elif event.address == feed:
                    self._teller.trouble(feed, event.error)
                    return False
                else:
                    incomplete |= event.error.is_transient or event.error.code in TRANSIENT_CODES
                    key = (event.address, event.error.code)
                    if key not in self._known_problems:
                        self._known_problems.add(key)
                        self._teller.event(event)
                if self._stop.is_set():
                    raise Interrupted
        finally:
            if counts["added"] or counts["updated"]:
                self._changes.mark()
                self._teller.news(feed, counts["added"], counts["updated"])
        if page is not None:
            if incomplete:  # an entry is still missing: do not treat the feed as read
                self._validators.pop(feed, None)
            else:
                self._validators[feed] = page.validators
        return True
