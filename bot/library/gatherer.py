"""The gatherer that fetches addresses into the folder of fetched articles."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from bot.library.paths import fetched_dir
from bot.settings import Settings, allowed_hosts
from index.fetch.fetcher import Fetcher
from index.fetch.gatherer import ARTICLES_PER_LIST, Gatherer
from index.fetch.guard import Guard
from index.fetch.shelf import Shelf
from index.fetch.transport import FetchLimits

_LIMITS = FetchLimits()


def open_fetcher(
    settings: Settings,
    interval: float | None = None,
    sleep: Callable[[float], object] = time.sleep,
    limits: FetchLimits = _LIMITS,
) -> Fetcher:
    """Create a fetcher; `interval` is that of requests to a host, in seconds."""
    # Retries are normal; final failures are reported.
    logging.getLogger("stamina").setLevel(logging.ERROR)
    return Fetcher(
        version("selon"),
        contact=settings.fetch_contact,
        guard=Guard(allowed_hosts(settings.fetch_allow)),
        limits=limits if interval is None else replace(limits, interval=interval),
        sleep=sleep,
    )


def open_gatherer(
    settings: Settings, *, limit: int = ARTICLES_PER_LIST, root: Path | None = None
) -> Gatherer:
    """Create a gatherer that fetches into `root`, by default the folder of fetched articles. Close
    its `fetcher` when done."""
    return Gatherer(open_fetcher(settings), Shelf(root or fetched_dir(settings)), limit)
