"""Texts of the bot: browsing, documents, access, privacy."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.locale import format
from bot.locale.catalogue import Texts
from bot.locale.errors import problem_text
from index.errors import Problem


class BrowsingPhrases(Texts, domain="messenger", part="browsing"):
    """Browsing articles, and sources, passages and votes of answers."""

    search_usage: str
    recent: str
    article_usage: str
    which_one: str
    no_summary: str
    no_sources: str
    read: str
    summarise: str
    online: str
    open_page: str
    previous: str
    next: str

    def passage_number(self, number: int) -> str: ...
    def article_number(self, number: int) -> str: ...
    def results(self, words: str) -> str: ...
    def no_result(self, words: str) -> str: ...
    def no_such_article(self, name: str) -> str: ...
    def nearest(self, name: str) -> str: ...
    def summary_of(self, title: str) -> str: ...
    def sources_of(self, question: str) -> str: ...

    # Around an answer
    good: str
    bad: str
    more_sources: str

    def show_all(self, count: int) -> str: ...

    further: str
    gone: str
    shown_below: str
    expected: str
    thanks: str
    why: str
    reasons: Mapping[str, str]
    noted: str
    comment: str

    def passage_of(self, number: int, last: int) -> str: ...


class DocumentPhrases(Texts, domain="messenger", part="documents"):
    """Documents that people send."""

    not_allowed: str
    for_all: str
    for_here: str
    nothing: str
    indexing: str
    dropped: str
    gone: str
    filing_already: str
    added_already: str
    kept_already: str

    def too_large(self, limit: int) -> str: ...
    def unreadable(self, why: str) -> str: ...
    def received_all(self, titles: str) -> str: ...
    def received_more(self, titles: str, count: int) -> str: ...
    def added(self, name: str) -> str: ...
    def kept_here(self, name: str) -> str: ...
    def failed(self, why: str) -> str: ...
    def held_back(self, name: str, why: str) -> str: ...

    def filed(self, name: str, embargo: Problem | None, *, for_all: bool = True) -> str:
        """Say that everybody, or this conversation, can ask about a document, or until when not."""
        if embargo is not None:
            return self.held_back(name, problem_text(embargo, self.code))
        return (self.added if for_all else self.kept_here)(name)

    def received(self, titles: Sequence[str], count: int) -> str:
        """Confirm the first titles, of `count` articles in all."""
        listing = ", ".join(format.quote(title, self.code) for title in titles)
        more = count - len(titles)
        return self.received_more(listing, more) if more > 0 else self.received_all(listing)


class AccessPhrases(Texts, domain="messenger", part="access"):
    """Access, limits, groups, inline and guest queries.

    `roles`, `guests` and `holders` name the role of a person, of an invited one, and of several;
    `picks` label the buttons to pick somebody.
    """

    barred: str
    invitation_gone: str
    reason_in_log: str
    accepted: Mapping[str, str]
    roles: Mapping[str, str]
    guests: Mapping[str, str]
    holders: Mapping[str, str]
    picks: Mapping[str, str]
    allow_usage: str

    def not_listed(self, number: int) -> str: ...
    def not_invited(self, number: int) -> str: ...
    def set_by_settings(self, name: str) -> str: ...
    def invitation_for(self, link: str, guest: str, until: date) -> str: ...
    def person_has_role(self, name: str, role: str) -> str: ...
    def people_with_role(self, role: str, people: Sequence[str]) -> str: ...
    def person_over(self, seconds: int) -> str: ...
    def group_over(self, seconds: int) -> str: ...

    # Groups, inline and guest queries
    ask_usage: str
    group_allowed: str
    group_forbidden: str
    group_waits: str
    inline_prompt: str
    inline_refusal: str
    inline_refused: str
    inline_no_index: str
    said_of_it: str

    def welcome(self, name: str) -> str: ...
    def channel(self, title: str) -> str: ...
    def channel_left(self, title: str) -> str: ...
    def not_allowed(self, chat: int) -> str: ...
    def answers_group(self, name: str) -> str: ...
    def silent_in_group(self, name: str) -> str: ...
    def inline_over(self, seconds: int) -> str: ...
    def word_for_word(self, title: str) -> str: ...
    def guest_usage(self, name: str) -> str: ...

    def over(self, seconds: int, group: bool) -> str:
        """Tell a person or a group over its limit how long to wait."""
        return (self.group_over if group else self.person_over)(seconds)


class ProfilePhrases(Texts, domain="messenger", part="profile"):
    """The bot's profile on Telegram: at most 120 and 512 characters."""

    short_description: str
    description: str


class PersonalPhrases(Texts, domain="messenger", part="personal"):
    """Language, conversation and personal data."""

    started_afresh: str
    choose_language: str
    as_telegram: str
    language_chosen: str
    confirm_forgetting: str
    forget: str
    do_not_forget: str
    forgotten: str
    forgotten_barred: str
    acts_stay: str
    not_forgotten: str
    data_file: str
    data_caption: str
    in_private: str
    open_private: str

    stays_here: str

    def given_to(self, names: str) -> str: ...
    def privacy(
        self,
        *,
        turns: int,
        votes: int,
        alerts: int,
        documents: int,
        days: int,
        hours: float,
        where: str,
    ) -> str: ...

    def whereabouts(self, recipients: Sequence[str], note: str) -> str:
        """Name those who receive questions and passages, then add the operator's note."""
        whom = self.given_to(format.listing(recipients, self.code)) if recipients else ""
        return "\n\n".join(filter(None, (whom or self.stays_here, note)))
