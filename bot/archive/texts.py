"""Texts of the archive."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from bot.locale.catalogue import Texts


class ArticlesPhrases(Texts, domain="archive", part="articles"):
    """Lists and counts of articles."""

    def all_of(self, count: int) -> str: ...
    def first_of(self, count: int, last: int, page: int) -> str: ...
    def from_to(self, count: int, first: int, last: int, page: int) -> str: ...
    def last_of(self, count: int, first: int, last: int) -> str: ...
    def named(self, subject: str, count: int) -> str: ...
    def titled(self, count: int) -> str: ...

    rule: str

    def heading(self, total: int, first: int, last: int, page: int) -> str:
        """Say how many articles there are, which of them follow on this page, and how to go on."""
        if last - first + 1 == total:
            return self.all_of(total)
        if last == total:
            return self.last_of(total, first, last)
        if first == 1:
            return self.first_of(total, last, page + 1)
        return self.from_to(total, first, last, page + 1)

    def naming(self, subject: str, total: int, titled: int) -> str:
        """Count the articles that name a subject, and say the rule."""
        parts = [self.named(subject, total), self.titled(titled) if titled else "", self.rule]
        return " ".join(filter(None, parts))
