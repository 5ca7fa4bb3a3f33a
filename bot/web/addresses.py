"""Absolute URLs for programs: of an article itself if it is online, else in Selon's reader."""

from __future__ import annotations

from starlette.requests import Request

from bot.answer import Citation, link_to, web_address
from bot.conversation.passage_refs import article_path
from bot.settings import Settings
from bot.web.answer_view import quotes_path
from index.article import Article

LOGIN = "/entrer"


def base_address(settings: Settings, request: Request | None = None) -> str:
    """The URL of the pages: from the settings, else from a request, else "" for none."""
    address = settings.web_address or (request.base_url if request else "")
    return str(address).rstrip("/")


def article_address(article: Article, base: str) -> str:
    return web_address(article.url) or f"{base}{article_path(article.id)}"


def citation_address(citation: Citation, base: str) -> str:
    online = link_to(citation.article.url, citation.quote)
    return online or f"{base}{quotes_path([citation])}"
