"""The texts of the pages on which articles are read and listed."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from bot.locale.catalogue import Texts


class ReaderPhrases(Texts, domain="reader", part="reader"):
    """Around one article."""

    to_answer: str
    to_list: str
    previous: str
    next: str
    original: str
    changed: str
    about: str
    quotes: str
    versions: str
    said_also: str
    gone_title: str
    gone: str
    previous_part: str
    next_part: str

    def quote_of(self, number: int, count: int) -> str: ...
    def part_of(self, number: int, count: int) -> str: ...


class ListPhrases(Texts, domain="reader", part="list"):
    """Around a list of articles."""

    title: str
    words: str
    outlet: str
    category: str
    language: str
    any_outlet: str
    any_category: str
    any_language: str
    since: str
    until: str
    search: str
    reset: str
    none: str
    days_unclear: str
    previous: str
    next: str

    def found(self, count: int) -> str: ...
    def page_of(self, number: int, count: int) -> str: ...
