"""Texts for administrators: status, builds, announcements, `selon bot --check`."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.locale.catalogue import Texts


class AdministrationPhrases(Texts, domain="administration", part="administration"):
    """Messages to administrators in a chat."""

    refresh: str
    statistics: str
    unanswered: str
    reindex: str
    not_administrator: str

    # Status
    nothing_asked: str

    def index_holds(self, articles: int, passages: int) -> str: ...
    def index_built(self, day: date, clock: str, generation: str) -> str: ...
    def index_fault(self, why: str) -> str: ...
    def asked_today(self, asked: int, answered: int) -> str: ...
    def answer_times(self, half: float | None, most: float | None) -> str: ...
    def running_since(self, uptime: timedelta) -> str: ...
    def memory(self, size: int) -> str: ...
    def models_used(self, models: str, tokens: int) -> str: ...
    def waiting_now(self, items: str) -> str: ...
    def invitations(self, count: int) -> str: ...

    # Erasure
    def clock_leapt(self, day: date, clock: str) -> str: ...
    def much_to_erase(self, rows: int) -> str: ...

    # A build
    waiting_to_build: str
    stop: str
    stopping: str
    already_building: str
    nothing_to_stop: str
    build_begun: str
    meanwhile: str
    stopped_at_once: str

    def building_for(self, since: timedelta) -> str: ...
    def built_in(self, since: timedelta) -> str: ...
    def built_not(self, why: str) -> str: ...
    def stopped_keeping(self, count: int) -> str: ...
    def more_skipped(self, count: int) -> str: ...

    def building(self, step: str, since: timedelta) -> str:
        """Describe a build in progress; `step` is empty when it begins."""
        lines = [self.building_for(since), f"{step}…"] if step else [self.build_begun]
        return "\n".join((*lines, self.meanwhile))

    def stopped(self, kept: int) -> str:
        """Report a stopped build, which keeps `kept` vectors for the next."""
        return self.stopped_keeping(kept) if kept else self.stopped_at_once

    # An announcement
    announce_usage: str
    nobody: str
    drop: str
    dropped: str
    sent_already: str
    decided: str
    quiet: str
    quiet_noted: str
    listening_noted: str
    listen: str
    announcements_wanted: str
    announcements_unwanted: str

    def too_long(self, most: int) -> str: ...
    def confirm(self, people: int) -> str: ...
    def send(self, people: int) -> str: ...
    def reached(self, count: int) -> str: ...
    def reached_some(self, reached: str, unreachable: int) -> str: ...
    def announcing_to(self, reached: str, waiting: int) -> str: ...
    def announced_to(self, reached: str) -> str: ...

    def reach(self, sent: int, unreachable: int) -> str:
        """Numbers of people."""
        reached = self.reached(sent)
        return self.reached_some(reached, unreachable) if unreachable else reached


class CheckingPhrases(Texts, domain="administration", part="checking"):
    """`selon bot --check`: labels of findings, and the findings."""

    token: str
    groups: str
    inline: str
    guests: str
    receiving: str
    index: str
    database: str
    access: str
    models: str
    figures: str

    no_groups: str
    privacy_on: str
    privacy_off: str
    inline_on: str
    inline_off: str
    guests_on: str
    guests_off: str
    polling: str
    open_to_all: str
    nobody: str
    no_model: str
    no_figures: str
    ready: str

    def line(self, about: str, text: str) -> str: ...
    def known(self, name: str, username: str) -> str: ...
    def polling_takes_away(self, url: str) -> str: ...
    def webhook(self, url: str, host: str, port: int) -> str: ...
    def webhook_other(self, url: str) -> str: ...
    def webhook_failed(self, reason: str) -> str: ...
    def port_taken(self, host: str, port: int) -> str: ...
    def pending(self, count: int) -> str: ...
    def holds(self, articles: int, passages: int, generation: str) -> str: ...
    def kept(self, where: str) -> str: ...
    def restricted(self, count: int) -> str: ...
    def models_ready(self, names: str) -> str: ...
    def figures_at(self, host: str, port: int) -> str: ...
    def not_ready(self, count: int) -> str: ...


class StatePhrases(Texts, domain="administration", part="state"):
    """Summaries of `selon state`."""

    def exported(self, rows: int, tables: str) -> str: ...
    def imported(self, rows: int, tables: str) -> str: ...


class AuditPhrases(Texts, domain="administration", part="audit"):
    """The audit: `details` are roles and decisions."""

    none: str
    separator: str
    file: str
    columns: Mapping[str, str]
    doors: Mapping[str, str]
    acts: Mapping[str, str]
    details: Mapping[str, str]


class RemovalPhrases(Texts, domain="administration", part="removal"):
    """Removing articles from the answers, in a chat."""

    remove: str
    keep: str
    kept: str
    restore: str
    restored: str
    gone: str

    def one(self, title: str) -> str: ...
    def several(self, count: int) -> str: ...
    def ask(self, articles: str) -> str: ...
    def removed(self, articles: str) -> str: ...
    def not_removed(self, why: str) -> str: ...


class RightPhrases(Texts, domain="administration", part="rights"):
    """Who may read the closed collections. `labels` are texts of the page."""

    none_closed: str
    usage: str
    labels: Mapping[str, str]

    def nobody(self, name: str) -> str: ...
    def readers(self, name: str, people: Sequence[str]) -> str: ...
    def given(self, name: str, who: str) -> str: ...
    def taken(self, name: str, who: str) -> str: ...
    def unchanged(self, name: str, who: str) -> str: ...

    def changed(self, name: str, who: str, *, is_given: bool, was_so: bool) -> str:
        """Say what became of a right."""
        if was_so:
            return self.unchanged(name, who)
        return (self.given if is_given else self.taken)(name, who)

    def lines(self, readers: Mapping[str, Sequence[str]]) -> list[str]:
        """Who reads each closed collection, one line each."""
        lines = [
            self.readers(name, own) if own else self.nobody(name) for name, own in readers.items()
        ]
        return lines or [self.none_closed]
