"""The texts of the commands that keep an index: list, show, remove, rollback, export, import."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.catalogue import Texts


class FactLabels(Texts, domain="articles", part="facts"):
    """What stands before each line of `selon show`."""

    id: str
    title: str
    author: str
    outlet: str
    category: str
    published: str
    updated: str
    url: str
    path: str
    language: str
    size: str
    sections: str
    copies: str


class KeepingPhrases(Texts, domain="articles", part="keeping"):
    """What these commands say."""

    # Lists
    undated: str
    untitled: str
    none_listed: str

    def some_of(self, shown: int, total: int) -> str: ...
    def all_of(self, total: int) -> str: ...

    def shown(self, shown: int, total: int) -> str:
        return self.some_of(shown, total) if shown < total else self.all_of(total)

    # One article
    origins: Mapping[str, str]
    more_text: str

    def taken(self, name: str, title: str, path: str) -> str: ...
    def found_in(self, origin: str) -> str: ...
    def length(self, words: int, characters: int, passages: int) -> str: ...
    def copy_of(self, title: str, identity: str) -> str: ...

    # Changes
    files_stay: str
    not_rebuilt: str

    def removed(self, title: str, path: str) -> str: ...
    def restored(self, title: str, path: str) -> str: ...
    def already_removed(self, title: str) -> str: ...
    def in_service(self, generation: str, built: str) -> str: ...
    def exported(self, articles: int, size: str, folder: str) -> str: ...
    def imported(self, articles: int, generation: str) -> str: ...

    # Summaries
    no_duplicates: str
    stopping: str
    stopped_at_once: str
    part_next: str

    def copies(self, count: int) -> str: ...
    def duplicates_found(self, count: int) -> str: ...
    def left_out(self, count: int) -> str: ...
    def resumed(self, count: int) -> str: ...
    def part_done(self, number: int, of: int, count: int, found: int, seconds: float) -> str: ...
    def some_skipped(self, count: int) -> str: ...
    def more_skipped(self, count: int) -> str: ...
    def stopped_keeping(self, count: int) -> str: ...
    def fields_kept(self, fields: str) -> str: ...

    def stopped(self, kept: int) -> str:
        """A build that was interrupted, and how many vectors are kept for the next."""
        return self.stopped_keeping(kept) if kept else self.stopped_at_once
