"""English texts of `selon add` and `selon watch`."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.feeding import FeedingHelp, FeedingPhrases
from index.errors import Why


def _count(count: int, word: str) -> str:
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def _every(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _rebuilt(added: int, changed: int, removed: int, skipped: int, seconds: float) -> str:
    parts = [
        f"{_count(added, 'article')} added" if added else "",
        f"{changed} changed" if changed else "",
        f"{removed} removed" if removed else "",
    ]
    done = ", ".join(filter(None, parts)) or "the same articles"
    aside = f"; {_count(skipped, 'file')} skipped (selon index names them)" if skipped else ""
    return f"Index up to date: {done}, in {seconds:.1f} s{aside}."


def _listed(kind: str, address: str, found: int, elsewhere: int, taken: int) -> str:
    others = f", {elsewhere} of other sites left out" if elsewhere else ""
    addresses = f"{found:,} address" + ("" if found == 1 else "es")
    return f"{kind}: {address} — {addresses}{others}; {taken} to read."


def _watching(paths: int, feeds: int, every: str) -> str:
    also = f"{_count(feeds, 'feed')} (every {every})" if feeds else ""
    places = "1 file or folder" if paths == 1 else f"{paths} files or folders"
    return (
        f"Watching {' and '.join(filter(None, (places if paths else '', also)))} (Ctrl-C to stop)."
    )


def _summary(counts: Mapping[str, int]) -> str:
    words = ("added", "updated", "unchanged")
    parts = [f"{counts[key]} {key}" for key in words if counts.get(key)]
    if counts.get("failed"):
        parts.append(f"{counts['failed']} without result")
    return f"Addresses: {', '.join(parts) or 'none'}."


def _news(feed: str, added: int, updated: int) -> str:
    parts = [f"{_count(added, 'new article')}" if added else ""]
    parts.append(f"{updated} updated" if updated else "")
    return f"{feed}: {', '.join(filter(None, parts))}."


def _sentence(why: Why) -> str:
    if why is Why.PRIVATE:
        return "leads to a private address ({}); if that machine is yours, name it in " + (
            "SELON_FETCH_ALLOW"
        )
    return str(why)


FEEDING_EN = FeedingPhrases(
    help=FeedingHelp(
        add="Add articles by their address, a feed or a sitemap.",
        addresses="Articles, feeds (RSS, Atom) or sitemaps.",
        limit="How many articles to take of a feed or a sitemap, the newest ones.",
        no_index="Do not bring the index up to date afterwards.",
        watch="Follow folders and feeds, and keep the index up to date.",
        paths="Files and folders to follow (by default those of the index in service).",
        feed="A feed to follow too (may be repeated).",
        every="Time between two looks at a feed: 90s, 15m, 2h.",
    ),
    states={"added": "added", "updated": "updated", "unchanged": "unchanged"},
    refused="refused",
    failed="failed",
    why={why: _sentence(why).format for why in Why},
    listed=_listed,
    kinds={"feed": "feed", "sitemap": "sitemap", "sitemap index": "index of sitemaps"},
    named_feed=lambda address: f"feed of this site: {address}",
    summary=_summary,
    watching=_watching,
    rebuilt=_rebuilt,
    not_rebuilt=lambda why: f"Index unchanged: {why}",
    waiting=lambda why: f"Waiting: {why}",
    news=_news,
    no_news=lambda feed, why: f"{feed}: {why}",
    polling=lambda why: f"The system cannot tell of changes ({why}); the folders are scanned.",
    stopping="Stopping… (Ctrl-C again to finish nothing)",
    stopped="Stopped.",
    every=_every,
    no_duration=lambda text: f"--every {text}: no duration from 10 s to 30 d; write 90s, 15m or 2h",
    no_such_path=lambda path: f"{path}: no such file or folder",
    nothing_to_watch="nothing to watch: no folder and no feed. For example: selon watch ~/articles",
)
