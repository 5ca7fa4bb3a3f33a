"""The shape of a language's phrases and the choice among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from index.article import Period


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's texts. Fields ending in a callable take what varies; the rest are constants.

    A new text is a new field here and in every language: the type checker then finds what is
    missing.
    """

    code: str
    # Answers
    not_in_articles: str
    nearest_articles: str
    according_to: Callable[[Period], str]
    not_in_period: Callable[[Period], str]
    no_article_in: Callable[[Period], str]
    which_article: str
    understood: Callable[[str], str]
    courtesy: str
    greeting: str
    about_selon: str
    quote: Callable[[str], str]
    day: Callable[[date], str]
    author: Callable[[str], str]
    no_date: str
    also_by: Callable[[Sequence[str], int], str]
    also_in: Callable[[Sequence[str], int], str]
    # Telegram
    start: str
    help: str
    no_such_command: str
    see_passage: Callable[[int], str]
    passage_gone: str
    only_text: str
    too_long: Callable[[int], str]
    failed: str
    no_index: str
    # Terminal
    repl_welcome: Callable[[int, int], str]
    repl_loading: str
    repl_help: str
    repl_new: tuple[str, str]
    repl_afresh: str
    repl_bye: str
    repl_no_answer_yet: str
    repl_no_such_passage: Callable[[int], str]
    repl_no_such_command: Callable[[str], str]
    repl_language_is: Callable[[str], str]
    repl_languages: str


def phrases_for(language: str | None) -> Phrases:
    """The phrases for a language tag such as `fr`, `fr-CA` or `en_GB`; French when unknown."""
    from bot.locale.en import EN
    from bot.locale.fr import FR

    return EN if (language or "").lower().replace("_", "-").split("-")[0] == "en" else FR
