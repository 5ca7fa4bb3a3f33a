"""Names that spoken questions probably contain, as a prompt for the recogniser."""

from __future__ import annotations

from collections.abc import Iterable

from index.article import ArticleEntry

NAMED_ARTICLES = 30  # the newest
_MOST_CHARACTERS = 600  # roughly the limit of Whisper's prompt


def likely_names(articles: Iterable[ArticleEntry]) -> str:
    """Return outlets, authors and titles in the order of articles, without duplicates."""
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
