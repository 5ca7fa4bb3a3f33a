"""`selon add`: fetching articles by URL."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from bot.command import DONE, FAILED
from bot.library.gatherer import open_gatherer
from bot.library.paths import standing_paths
from bot.locale.errors import problem_text
from bot.locale.text import harmless
from bot.locale.watch import REFUSALS, FeedingPhrases
from bot.settings import Settings
from bot.terminal.console import console_for, show
from bot.terminal.state import open_act_log
from index.fetch.gatherer import FailedAddress, GatheredAddress, GatherEvent, ListedPage


def add_addresses(settings: Settings, addresses: Sequence[str], limit: int, *, index: bool) -> int:
    """Fetch each address, report the result, and update the index if requested.

    Failures do not stop the others, but make the exit code 1.
    """
    phrases = FeedingPhrases.of(settings.language)
    out, err = console_for(sys.stdout), console_for(sys.stderr)
    counts: Counter[str] = Counter()
    gatherer = open_gatherer(settings, limit=limit)
    with gatherer.fetcher, open_act_log(settings) as log:
        for address in dict.fromkeys(addresses):
            before = counts["added"] + counts["updated"]
            for event in gatherer.gather(address):
                if isinstance(event, GatheredAddress):
                    counts[event.state] += 1
                elif isinstance(event, FailedAddress):
                    counts["failed"] += 1
                tell_gathered(event, phrases, out, err)
            if counts["added"] + counts["updated"] > before:
                log.note("add", [address])
    if counts.total() > 1:
        show(out, phrases.summary(counts))
    code = FAILED if counts["failed"] else DONE
    if index and counts.total() > counts["failed"]:
        return _index(settings) or code
    return code


def tell_gathered(event: GatherEvent, phrases: FeedingPhrases, out: Console, err: Console) -> None:
    """Report the result of an address on one line; failures go to standard error."""
    if isinstance(event, ListedPage):
        kind = phrases.kinds[event.kind.value]
        facts = (harmless(event.address), event.address_count, event.elsewhere, event.taken_count)
        show(out, phrases.listed(kind, *facts))
    elif isinstance(event, GatheredAddress):
        show(out, f"{phrases.states[event.state]} — {harmless(event.address)}")
        if event.state == "added":
            for feed in event.feeds:
                show(out, f"  {phrases.named_feed(harmless(feed))}")
    else:
        word = phrases.refused if event.error.code in REFUSALS else phrases.failed
        reason = harmless(problem_text(event.error.problem, phrases.code))
        show(err, f"{word} — {harmless(event.address)} — {reason}")


def _index(settings: Settings) -> int:
    from bot.library.format_options import choose_format_options
    from bot.terminal.index import follow_build

    options = choose_format_options(settings.data_dir, None, None)
    report = follow_build(settings, standing_paths(settings), options)
    return FAILED if report is None else DONE
