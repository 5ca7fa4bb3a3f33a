"""Texts of `selon add`, `selon watch` and `selon sources`."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.catalogue import Texts


class FeedingPhrases(Texts, domain="watch", part="feeding"):
    """Messages of these commands."""

    # Addresses
    states: Mapping[str, str]
    refused: str
    failed: str
    kinds: Mapping[str, str]
    no_result: str

    def named_feed(self, address: str) -> str: ...
    def listed_here(self, kind: str, address: str, found: int, taken: int) -> str: ...
    def listed_elsewhere(
        self, kind: str, address: str, found: int, elsewhere: int, taken: int
    ) -> str: ...
    def addresses_read(self, results: str) -> str: ...
    def addresses_added(self, count: int) -> str: ...
    def addresses_updated(self, count: int) -> str: ...
    def addresses_unchanged(self, count: int) -> str: ...
    def addresses_failed(self, count: int) -> str: ...

    # Watching
    stopping: str
    stopped: str
    same_articles: str

    def places(self, count: int) -> str: ...
    def sources_read(self, count: int) -> str: ...
    def watching_one(self, what: str) -> str: ...
    def watching_both(self, places: str, sources: str) -> str: ...
    def articles_added(self, count: int) -> str: ...
    def articles_changed(self, count: int) -> str: ...
    def articles_removed(self, count: int) -> str: ...
    def rebuilt_whole(self, done: str, seconds: float) -> str: ...
    def rebuilt_skipping(self, done: str, seconds: float, skipped: int) -> str: ...
    def not_rebuilt(self, why: str) -> str: ...
    def waiting(self, why: str) -> str: ...
    def new_articles(self, count: int) -> str: ...
    def updated_articles(self, count: int) -> str: ...
    def news_of(self, source: str, told: str) -> str: ...
    def no_news(self, source: str, why: str) -> str: ...
    def polling(self, why: str) -> str: ...

    def listed(self, kind: str, address: str, found: int, elsewhere: int, taken: int) -> str:
        """Describe a list: its entries, those of other sites, and those to fetch."""
        if elsewhere:
            return self.listed_elsewhere(kind, address, found, elsewhere, taken)
        return self.listed_here(kind, address, found, taken)

    def summary(self, counts: Mapping[str, int]) -> str:
        """Summarize the results: `added`, `updated`, `unchanged`, `failed`."""
        say = {
            "added": self.addresses_added,
            "updated": self.addresses_updated,
            "unchanged": self.addresses_unchanged,
            "failed": self.addresses_failed,
        }
        parts = [phrase(counts[state]) for state, phrase in say.items() if counts.get(state)]
        return self.addresses_read(", ".join(parts) or self.no_result)

    def watching(self, paths: int, sources: int) -> str:
        """Describe what is watched."""
        if paths and sources:
            return self.watching_both(self.places(paths), self.sources_read(sources))
        return self.watching_one(self.sources_read(sources) if sources else self.places(paths))

    def rebuilt(self, added: int, changed: int, removed: int, skipped: int, seconds: float) -> str:
        parts = (
            self.articles_added(added) if added else "",
            self.articles_changed(changed) if changed else "",
            self.articles_removed(removed) if removed else "",
        )
        done = ", ".join(filter(None, parts)) or self.same_articles
        if skipped:
            return self.rebuilt_skipping(done, seconds, skipped)
        return self.rebuilt_whole(done, seconds)

    def news(self, source: str, counts: Mapping[str, int]) -> str:
        """Summarize a reading: `added`, `updated`, `removed`."""
        say = {
            "added": self.new_articles,
            "updated": self.updated_articles,
            "removed": self.articles_removed,
        }
        parts = [phrase(counts[state]) for state, phrase in say.items() if counts.get(state)]
        return self.news_of(source, ", ".join(parts))


class SourcePhrases(Texts, domain="watch", part="sources"):
    """Messages of `selon sources`, also on the operators' page."""

    none: str
    never: str

    def files(self, count: int) -> str: ...
    def row(self, name: str, kind: str, address: str, files: str, moment: str) -> str: ...
    def wrong(self, why: str) -> str: ...
    def found(self, count: int) -> str: ...
    def added(self, name: str) -> str: ...
    def removed(self, name: str) -> str: ...


REFUSALS = frozenset(
    {
        "address-malformed",
        "address-scheme",
        "address-credentials",
        "address-private",
        "address-off-site",
        "address-robots",
        "address-robots-unreadable",
        "address-delay",
        "address-not-an-article",
    }
)
"""Codes of what Selon refuses to fetch, as opposed to failures."""
