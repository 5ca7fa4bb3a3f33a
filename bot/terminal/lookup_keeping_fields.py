"""An article, its copies and its parts as fields of JSON: names are a promise to scripts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from index.article import Article, Copy
from index.store.files.articles import ArticleEntry


def entry_fields(entry: ArticleEntry) -> dict[str, Any]:
    """An article as `selon list --json` gives it."""
    return {
        "id": entry.id,
        "title": entry.title,
        "outlet": entry.outlet,
        "author": entry.author,
        "category": entry.category,
        "published": _iso(entry.published),
        "updated": _iso(entry.updated),
        "language": entry.language,
        "url": entry.url,
        "path": entry.path,
    }


def article_fields(article: Article, copy_of: str | None, passages: int) -> dict[str, Any]:
    """An article as `selon show --json` gives it."""
    return {
        "id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "author": article.author,
        "category": article.category,
        "published": _iso(article.published_at or article.published),
        "updated": _iso(article.updated_at or article.updated),
        "language": article.language,
        "url": article.url,
        "path": article.path,
        "origins": dict(article.origins),
        "copy_of": copy_of,
        "copies": [copy_fields(each) for each in article.copies],
        "sections": [
            {"heading": each.heading, "start": each.heading_start} for each in article.sections
        ],
        "passages": passages,
        "text": article.text,
    }


def copy_fields(copy: Copy) -> dict[str, Any]:
    """A copy as both give it."""
    return {
        "id": copy.id,
        "title": copy.title,
        "outlet": copy.outlet,
        "published": _iso(copy.published),
        "url": copy.url,
        "path": copy.path,
    }


def _iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None
