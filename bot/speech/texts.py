"""Texts of speech."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.locale.catalogue import Texts


class SpeechPhrases(Texts, domain="speech", part="speech"):
    """Options, results and spoken texts of voices."""

    # Options of `selon ask`
    audio: str
    speak: str

    # Results
    nothing_heard: str
    yes_or_no: str

    def heard(self, question: str) -> str: ...

    def doubted(self, question: str) -> str: ...

    def is_this_it(self, question: str) -> str: ...

    # Telegram
    listen: str
    yes: str
    correct: str
    gone: str
    silent: str
    choices: Mapping[str, str]
    under_way: str

    def not_heard(self, reason: str) -> str: ...
    def not_read(self, reason: str) -> str: ...
    def choose(self, choice: str) -> str: ...
    def chosen(self, choice: str) -> str: ...

    # Spoken
    perhaps: str

    def source(self, name: str, day: date) -> str: ...
    def undated_source(self, name: str) -> str: ...
    def the_article(self, title: str) -> str: ...
    def other_language(self, source: str) -> str: ...
