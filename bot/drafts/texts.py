"""Texts of the drafts feature."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from bot.locale.catalogue import Texts


class DraftPhrases(Texts, domain="drafts", part="draft"):
    """Around the sentences of a draft, in every form; none is a verdict."""

    said: str
    verbatim: str
    none: str
    empty: str
    own: str
    other: str

    def sentence_of(self, number: int, count: int) -> str: ...
    def done(self, count: int, differences: str) -> str: ...
    def differ(self, count: int) -> str: ...
    def differs(self, own: str, other: str) -> str: ...


class DraftPagePhrases(Texts, domain="drafts", part="page"):
    """The page that takes a draft."""

    title: str
    about: str
    text: str
    file: str
    compare: str
    save: str
    file_name: str
    another: str
    late: str

    def waiting(self, count: int) -> str: ...


class DraftHelp(Texts, domain="drafts", part="help"):
    """Messages of `selon check`."""

    def checking(self, number: int, count: int) -> str: ...
    def written(self, path: str) -> str: ...
