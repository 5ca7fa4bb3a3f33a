"""The texts of the operators' pages."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.catalogue import Texts


class OperatorPhrases(Texts, domain="operator", part="operator"):
    """`names` are those of the sections; `outcomes` say how a build ended."""

    title: str
    names: Mapping[str, str]
    look_again: str
    stop: str
    index: str
    builder: str
    today: str
    no_builder: str
    outcomes: Mapping[str, str]
    sites: str
    site: str
    files: str
    newest: str
    no_site: str
    question: str
    times: str
    askers: str
    last: str
    nearest: str
    download: str
    all_answered: str
    no_bad_vote: str
    add: str
    file: str
    url: str
    nothing_to_add: str
    adding: str
    reindex_note: str
    find: str
    find_field: str
    search: str
    none_found: str
    removed: str
    failed: str
    none_failed: str
    as_table: str
    day: str
    ask_own: str
    ask_own_note: str
    questions_file: str
    questions_kept: str
    no_questions: str
    ask_them: str
    evaluating: str
    result: str
    measure: str
    meaning: str
    faults: str
    tokens: str
    token_name: str
    create: str
    remove: str
    on_telegram: str
    number: str
    role: str
    give: str

    def under_way(self, name: str, step: str) -> str: ...
    def builder_seen(self, moment: str) -> str: ...
    def builder_built(self, moment: str, outcome: str) -> str: ...
    def unanswered(self, count: int) -> str: ...
    def more(self, count: int) -> str: ...
    def bad_votes(self, count: int) -> str: ...
    def failed_count(self, count: int) -> str: ...
    def days(self, count: int) -> str: ...
    def chart(self, count: int, most: int) -> str: ...
    def evaluated(self, count: int) -> str: ...
    def token_shown(self, name: str) -> str: ...
    def summary(self, count: int, answered: int, good: int, bad: int) -> str: ...
