"""The texts of the pages."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.locale.catalogue import Texts


class WebHelp(Texts, domain="web", part="help"):
    """Messages of `selon serve`."""

    none: str

    def listening(self, address: str) -> str: ...
    def created(self, name: str) -> str: ...
    def replaced(self, name: str) -> str: ...
    def removed(self, name: str) -> str: ...


class WidgetPhrases(Texts, domain="web", part="widget"):
    """Texts of the widget on other sites."""

    open: str
    close: str
    failed: str
    link: str


class PagePhrases(Texts, domain="web", part="page"):
    """Texts of every page, and around answers."""

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
    functions: str
    sure: str
    no: str
    read_article: str
    passage: str
    perhaps: str
    permalink: str
    on_telegram: str
    save_as: str
    contents: str
    coverage: str
    coverage_time: str
    coverage_articles: str
    unsaved: str
    again: str
    according_to: str
    page_missing: str
    failed: str
    back: str
    login: str
    token: str
    enter: str
    token_refused: str
    sign_in: str
    administration: str
    signed_out: str
    sign_out_elsewhere: str
    copy: str
    copied: str
    copy_quote: str
    copy_footnote: str
    answer: str
    useful: str
    not_useful: str
    searching: str
    ready: str
    stopped: str
    offline: str
    down: str
    cut: str
    slow: str
    retry: str
    unsent: str
    changed: str
    all_gone: str
    earlier: str
    conversations: str
    new_subject: str
    all_conversations: str
    no_conversation: str
    conversation_words: str
    search: str
    change: str
    title: str
    rename: str
    delete: str
    delete_note: str
    alone: str
    privacy: str
    download: str
    forget: str
    forget_question: str

    def holdings(self, count: int) -> str: ...
    def sign_out(self, name: str) -> str: ...
    def up_to(self, day: date) -> str: ...
    def coverage_of(self, count: int, name: str, most: int) -> str: ...
    def bar(self, name: str, articles: int) -> str: ...
    def conversation(self, count: int, day: date) -> str: ...
    def covers(self, count: int, first: date, last: date) -> str: ...
    def headlines(self, day: date) -> str: ...
    def gone(self, count: int) -> str: ...
    def kept_for(self, days: int) -> str: ...
    def kept(self, turns: int, votes: int, alerts: int) -> str: ...


class ApiPhrases(Texts, domain="web", part="api"):
    """Texts of the page for programs and of the OpenAPI document: `summaries` by the names of
    operations, `errors` by status, `places` of fields."""

    title: str
    about: str
    document: str
    fields: str
    field: str
    place: str
    kind: str
    meaning: str
    required: str
    result: str
    done: str
    failures: str
    records: str
    summaries: Mapping[str, str]
    errors: Mapping[str, str]
    places: Mapping[str, str]


class ReaderPhrases(Texts, domain="reader", part="reader"):
    """Texts around one article."""

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
    """Texts around a list of articles."""

    title: str
    words: str
    outlet: str
    category: str
    language: str
    author: str
    any_author: str
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
