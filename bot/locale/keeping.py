"""The texts of the commands that keep an index: list, show, remove, rollback, export, import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeepingHelp:
    """What `--help` says of these commands and of their options."""

    list: str
    show: str
    remove: str
    rollback: str
    export: str
    import_: str
    article: str
    articles: str
    since: str
    until: str
    language: str
    outlet: str
    limit: str
    removed: str
    json_lines: str
    json: str
    text: str
    restore: str
    export_folder: str
    import_folder: str
    duplicates: str
    fields: str
    ocr: str
    verbose: str


@dataclass(frozen=True, slots=True)
class FactLabels:
    """What stands before each line of `selon show`."""

    id: str
    title: str
    author: str
    outlet: str
    category: str
    published: str
    updated: str
    url: str
    path: str
    language: str
    size: str
    sections: str
    copies: str


@dataclass(frozen=True, slots=True)
class KeepingPhrases:
    """One language's texts for these commands; a new text is a new field."""

    help: KeepingHelp
    # Errors
    no_such_article: Callable[[str], str]
    nearest: str
    several: Callable[[str], str]
    no_such_day: Callable[[str, str], str]
    crossed: Callable[[str, str], str]
    not_removed: Callable[[str], str]
    # Lists
    undated: str
    untitled: str
    shown: Callable[[int, int], str]
    none_listed: str
    # One article
    facts: FactLabels
    origins: Mapping[str, str]
    found_in: Callable[[str], str]
    length: Callable[[int, int, int], str]
    more_text: str
    copy_of: Callable[[str, str], str]
    # Changes
    removed: Callable[[str, str], str]
    restored: Callable[[str, str], str]
    already_removed: Callable[[str], str]
    files_stay: str
    nothing_left: str
    no_more_there: Callable[[str], str]
    in_service: Callable[[str, str], str]
    exported: Callable[[int, str, str], str]
    imported: Callable[[int, str], str]
    # Summaries
    no_duplicates: str
    copies: Callable[[int], str]
    duplicates_found: Callable[[int], str]
    left_out: Callable[[int], str]
    resumed: Callable[[int], str]
    some_skipped: Callable[[int], str]
    more_skipped: Callable[[int], str]
    stopping: str
    stopped: Callable[[int], str]
    fields_kept: Callable[[str], str]


def keeping_phrases_for(language: str) -> KeepingPhrases:
    """These texts in `language`; French when it is unknown."""
    from bot.locale.keeping_en import KEEPING_EN
    from bot.locale.keeping_fr import KEEPING_FR

    return KEEPING_EN if language == "en" else KEEPING_FR
