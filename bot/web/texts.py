"""The texts of the pages."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from datetime import date

from bot.locale.catalogue import Texts


class WebHelp(Texts, domain="web", part="help"):
    """What `selon serve` says, beside its help."""

    def listening(self, address: str) -> str: ...


class PagePhrases(Texts, domain="web", part="page"):
    """What stands on every page, and around answers."""

    tagline: str
    skip: str
    menu: str
    ask: str
    articles: str
    daily: str
    question: str
    question_field: str
    placeholder: str
    follow_up: str
    for_example: str
    sure: str
    no: str
    read_article: str
    permalink: str
    according_to: str
    page_missing: str
    failed: str
    back: str

    def holdings(self, count: int) -> str: ...
    def up_to(self, day: date) -> str: ...
    def perhaps(self, count: int) -> str: ...
