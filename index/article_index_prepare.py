"""What surrounds a passage or a sentence when it is embedded, and when its words are counted."""

from __future__ import annotations

from index.article import Article


def embedding_text(article: Article, text: str) -> str:
    """A passage or a sentence with the title of what it comes from."""
    return f"{article.title}. {text}"


def lexical_text(article: Article, heading: str, text: str) -> str:
    """A passage with the title and heading it stands under."""
    return f"{article.title}. {heading}. {text}"
