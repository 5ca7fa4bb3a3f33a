"""Feeds read every so often: what is new in them comes to the shelf."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from bot.terminal.watch.watcher import ChangeSignal, StopSignal
from index.fetch.fetcher import Validators
from index.fetch.gatherer import FailedAddress, GatheredAddress, Gatherer, GatherEvent, ListedPage

SLOWEST = 16  # how many times rarer a feed is read that keeps failing, at most
PASSING = frozenset(
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


class _Teller(Protocol):
    """Hears what comes of the feeds."""

    def news(self, feed: str, added: int, updated: int) -> None: ...

    def event(self, event: GatherEvent) -> None: ...

    def trouble(self, feed: str, error: Exception) -> None: ...


class Interrupted(BaseException):
    """All must end. Nobody takes it for a fault of what was being fetched."""


class Poller:
    """Reads feeds in a thread until all must end, each `every` seconds after it was last read.

    The feeds are addresses in their normal form.
    A feed that has not changed is told so by its site; one that fails is read more and more rarely.
    What an entry failed with is told once.
    """

    def __init__(
        self,
        gatherer: Gatherer,
        feeds: Sequence[str],
        every: float,
        changes: ChangeSignal,
        teller: _Teller,
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
        self._told: set[tuple[str, str]] = set()

    def follow(self) -> None:
        with self._gatherer.fetcher:
            while not self._stop.is_set():
                self.read_due()
                self._stop.wait(max(0.0, min(self._due.values()) - self._clock()))

    def read_due(self) -> None:
        """Read the feeds whose time has come."""
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
        """Read one feed; whether it could be."""
        try:
            with self._changes.hold():
                return self._gathered(feed)
        except Interrupted:
            return True
        except Exception as error:  # whatever happens to a feed, the others go on
            logger.debug("The feed failed", exc_info=error)
            self._teller.trouble(feed, error)
            return False

    def _gathered(self, feed: str) -> bool:
        counts: Counter[str] = Counter()
        listed: ListedPage | None = None
        incomplete = False
        try:
            for event in self._gatherer.gather(feed, self._validators.get):
                if isinstance(event, ListedPage):
                    listed = event
                elif isinstance(event, GatheredAddress):
                    counts[event.state] += 1
                elif event.address == feed:
                    self._teller.trouble(feed, event.error)
                    return False
                else:
                    incomplete |= event.error.passing or event.error.code in PASSING
                    self._tell_once(event)
                if self._stop.is_set():
                    raise Interrupted
        finally:
            if counts["added"] or counts["updated"]:
                self._changes.mark()
                self._teller.news(feed, counts["added"], counts["updated"])
        if listed is not None:
            if incomplete:  # an entry is still to be had: read the feed again
                self._validators.pop(feed, None)
            else:
                self._validators[feed] = listed.validators
        return True

    def _tell_once(self, event: FailedAddress) -> None:
        key = (event.address, event.error.code)
        if key not in self._told:
            self._told.add(key)
            self._teller.event(event)
