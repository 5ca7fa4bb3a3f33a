"""Absolute addresses for programs: of an article where it is online, else in Selon's reader."""

from __future__ import annotations

from starlette.requests import Request

from bot.answer import Citation, link_to, web_address
from bot.settings import Settings
from bot.web.answer_view import article_path
from index.article import Article


def base_address(settings: Settings, request: Request | None = None) -> str:
    """The address of the pages: that of the settings, else the one that a request came to."""
    if settings.web_address is not None:
        return str(settings.web_address).rstrip("/")
    if request is not None:
        return str(request.base_url).rstrip("/")
    return f"http://{settings.web_host}:{settings.web_port}"


def article_address(article: Article, base: str) -> str:
    """Where a person can read an article."""
    return web_address(article.url) or f"{base}{article_path(article.id)}"


def citation_address(citation: Citation, base: str, key: str) -> str:
    """Where a person can read a citation in its article; `key` is that of the answer's page."""
    online = link_to(citation.article.url, citation.quote)
    if online is not None:
        return online
    place = f"?a={key}&n={citation.number}#c{citation.number}" if key else ""
    return f"{base}{article_path(citation.article.id)}{place}"
