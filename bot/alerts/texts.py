"""Texts of alerts and subscriptions."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from bot.locale.catalogue import Texts


class AlertPhrases(Texts, domain="alerts", part="alerts"):
    """Alerts on Telegram."""

    offer: str
    stored: str
    already_stored: str
    list_heading: str
    none: str
    none_here: str
    own_in_private: str
    cancelled: str
    gone: str

    def stored_for(self, name: str) -> str: ...
    def full(self, most: int) -> str: ...
    def cancel(self, number: int) -> str: ...
    def answered(self, question: str) -> str: ...
    def waiting(self, count: int) -> str: ...


class AlertPagePhrases(Texts, domain="alerts", part="page"):
    """Alerts on the web."""

    title: str
    how: str
    none: str
    dismiss: str
    cancel: str

    def waiting(self, count: int) -> str: ...


class FollowingPhrases(Texts, domain="alerts", part="following"):
    """Subscriptions on Telegram."""

    usage: str
    followed: str
    at_once: str
    every_morning: str
    stop: str
    stopped: str
    gone: str
    not_administrator: str

    def kept_daily(self, subject: str) -> str: ...
    def kept_at_once(self, subject: str) -> str: ...
    def daily(self, subject: str) -> str: ...
    def as_they_come(self, subject: str) -> str: ...
    def stop_number(self, number: int) -> str: ...
    def full(self, most: int) -> str: ...
    def news(self, subject: str) -> str: ...
    def others(self, subject: str, count: int) -> str: ...


class LetterPhrases(Texts, domain="alerts", part="letter"):
    """E-mails and webhooks."""

    footer: str
    footer_link: str
    stop: str
    whole_answer: str
    trial: str

    def several(self, count: int) -> str: ...
    def whole(self, link: str) -> str: ...
    def code_title(self, code: str) -> str: ...
    def code_text(self, code: str) -> str: ...


class MailPagePhrases(Texts, domain="alerts", part="mail"):
    """Alerts by e-mail, on the web."""

    title: str
    how: str
    subject: str
    address: str
    hours: str
    at_once: str
    follow: str
    code_label: str
    confirm: str
    wrong_code: str
    bad_address: str
    unsent: str
    remove: str
    end_title: str
    end: str
    ended: str

    def sent_to(self, address: str) -> str: ...
    def pending(self, address: str) -> str: ...
    def daily(self, clock: str) -> str: ...


class TargetPhrases(Texts, domain="alerts", part="targets"):
    """Messages of `selon alerts`, and about targets on /admin."""

    none: str
    no_subject: str
    added: str
    added_chat: str
    removed: str
    at_once: str

    def daily(self, clock: str) -> str: ...
    def row(self, number: int, label: str, pace: str, subjects: str) -> str: ...
    def targets(self, addresses: int, webhooks: int) -> str: ...
    def failing(self, number: int, label: str, reason: str) -> str: ...
    def paused(self, number: int, label: str, reason: str) -> str: ...
