"""The fetcher and the shelf, put together as the settings say."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from bot.library.paths import fetched_dir
from bot.settings import Settings, allowed_hosts
from index.web.fetcher import Fetcher
from index.web.gatherer import LIMIT, Gatherer
from index.web.guard import Guard
from index.web.shelf import Shelf
from index.web.transport_web_limits import Limits

LIMITS = Limits()


def open_gatherer(
    settings: Settings,
    *,
    limit: int = LIMIT,
    news: bool = False,
    root: Path | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> Gatherer:
    """What fetches addresses below `root`, the fetched articles' folder unless another is given.

    Close its `fetcher` when done.
    """
    # New attempts are part of the job; those that fail in the end are told.
    logging.getLogger("stamina").setLevel(logging.ERROR)
    fetcher = Fetcher(
        version("selon"),
        contact=settings.fetch_contact,
        guard=Guard(allowed_hosts(settings.fetch_allow)),
        limits=LIMITS,
        sleep=sleep,
    )
    return Gatherer(fetcher, Shelf(root or fetched_dir(settings)), limit, news)
