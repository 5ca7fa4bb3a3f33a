"""Texts of the clippings feature."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.catalogue import Texts


class ClippingPhrases(Texts, domain="clippings", part="clippings"):
    """Around kept quotes; `states` are those of `Clipping`, `formats` names of files, and
    `summaries` say what programs call."""

    title: str
    about: str
    none: str
    keep: str
    kept: str
    from_article: str
    choose: str
    note: str
    note_label: str
    save_note: str
    up: str
    down: str
    delete: str
    states: Mapping[str, str]
    formats: Mapping[str, str]
    summaries: Mapping[str, str]
    own: str
    share: str
    shared_at: str
    unshare: str
    share_note: str
    shared_title: str
    shared_about: str
    take: str
    file_name: str

    def number(self, number: int) -> str: ...
    def other(self, number: int) -> str: ...
    def full(self, limit: int) -> str: ...
    def news(self, count: int) -> str: ...
    def kept_count(self, count: int) -> str: ...
