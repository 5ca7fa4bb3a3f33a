"""The texts of the terminal alone: help, progress, summaries and errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TerminalPhrases:
    """One language's texts for the command line; as in `Phrases`, a new text is a new field."""

    code: str
    # Help
    about: str
    index: str
    ask: str
    chat: str
    bot: str
    status: str
    evaluation: str
    paths: str
    question: str
    data_dir: str
    if_missing: str
    json: str
    version: str
    library_words: tuple[tuple[str, str], ...]
    # Errors
    error: Callable[[str], str]
    unexpected: Callable[[str, str], str]
    see_help: Callable[[str], str]
    no_question: str
    interrupted: str
    index_interrupted: str
    # Progress
    model: str
    steps: Mapping[str, str]
    progress: Callable[[str, int, int], str]
    pace: Callable[[str, float, float], str]
    # Summaries
    number: Callable[[int], str]
    size: Callable[[int], str]
    moment: Callable[[str, str], str]
    indexed: Callable[[int, int, int], str]
    changes: Callable[[int, int, int, int], str]
    embedded: Callable[[int, float], str]
    unchanged: str
    skipped: Callable[[int], str]
    status_labels: StatusLabels
    whole: str
    damaged: str
    # Telegram
    listening: Callable[[str], str]
    # Conversation
    meant: Callable[[str], str]
    cancelled: str
    commands: tuple[tuple[str, str], ...]

    def translated(self, text: str) -> str:
        """What the command-line library says on its own, in this language where it is known."""
        for pattern, words in self.library_words:
            text = re.sub(pattern, words, text, flags=re.MULTILINE)
        return text


@dataclass(frozen=True, slots=True)
class StatusLabels:
    """What stands before each line of `selon status`."""

    generation: str
    model: str
    built: str
    articles: str
    passages: str
    sentences: str
    languages: str
    roots: str
    copies: str
    removed: str
    before: str
    size: str
    state: str


def terminal_phrases_for(language: str) -> TerminalPhrases:
    """The terminal's texts in `language`; French when it is unknown."""
    from bot.locale.terminal_en import TERMINAL_EN
    from bot.locale.terminal_fr import TERMINAL_FR

    return TERMINAL_EN if language == TERMINAL_EN.code else TERMINAL_FR
