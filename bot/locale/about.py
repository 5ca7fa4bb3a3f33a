"""The texts that answer questions about the articles themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from index.article import Article


@dataclass(frozen=True, slots=True)
class AboutPhrases:
    """One language's texts; as in `Phrases`, a new text is a new field.

    `counted` gets how many articles there are and the newest, `found` how many are on a subject.
    """

    author: Callable[[Article], str]
    published: Callable[[Article], str]
    titled: Callable[[Article], str]
    listed: Callable[[Article], str]
    found: Callable[[int], str]
    counted: Callable[[int, Article], str]


def about_phrases_for(language: str) -> AboutPhrases:
    """The texts in `language`; French when it is unknown."""
    from bot.locale.about_en import ABOUT_EN
    from bot.locale.about_fr import ABOUT_FR

    return ABOUT_EN if language == "en" else ABOUT_FR
