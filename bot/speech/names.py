"""What the recogniser is told beforehand: names that questions are likely to hold."""

from __future__ import annotations

from collections.abc import Iterable

from index.article import ArticleEntry

NAMED_ARTICLES = 30  # the newest ones
_MOST_CHARACTERS = 600  # about as many as Whisper reads before the sound


def likely_names(articles: Iterable[ArticleEntry]) -> str:
    """Outlets, authors and titles, each once, the first articles' first."""
    names: dict[str, None] = {}
    for article in articles:
        for name in (article.outlet, article.author, article.title):
            if name:
                names.setdefault(name)
    text = ""
    for name in names:
        if len(text) + len(name) > _MOST_CHARACTERS:
            break
        text += f"{name}, "
    return text.rstrip(", ")
