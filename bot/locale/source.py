"""Sources: outlet, author, date and other publishers, beside an article's title."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from bot.locale.answers import Phrases
from index.article import Article, ArticleEntry, Copy


class SourcePhrases(Protocol):
    """Attributions."""

    def source(self, name: str, day: date) -> str: ...
    def undated_source(self, name: str) -> str: ...


def source_name(article: Article, titled: Callable[[str], str] = str) -> str:
    """The outlet, else the author, else the host, else the title formatted by `titled`."""
    return article.outlet or article.author or host_of(article.url) or titled(article.title)


def source_line(article: Article, name: str, phrases: SourcePhrases) -> str:
    """« Selon Le Phare, le 29 août 2025 »."""
    if article.published is None:
        return phrases.undated_source(name)
    return phrases.source(name, article.published)


def details(article: Article | ArticleEntry, phrases: Phrases, *, files: bool = False) -> str:
    """« , Le Phare, par Camille Roche, 1er août 2025, aussi publié par La Gazette ».

    With `files`, name those of copies without a known publisher: for the operator.
    """
    parts = []
    if article.outlet and article.outlet != article.author:
        parts.append(article.outlet)
    if article.author:
        parts.append(phrases.author(article.author))
    parts.append(phrases.day(article.published) if article.published else phrases.no_date)
    if isinstance(article, Article):
        parts += _elsewhere(article, phrases, files=files)
    return "".join(f", {part}" for part in parts)


def publishers(article: Article) -> tuple[str, ...]:
    """Other publishers: outlets, or hosts of URLs, without duplicates."""
    own = {article.outlet, host_of(article.url)}
    by_name = {copy.outlet or host_of(copy.url): copy for copy in article.copies}
    return tuple(name for name in by_name if name and name not in own)


def source_place(copy: Copy) -> str:
    """A copy's publisher, else its file."""
    return copy.outlet or host_of(copy.url) or copy.path


def _elsewhere(article: Article, phrases: Phrases, *, files: bool) -> Iterator[str]:
    """Other publishers; if there is none, files of copies without one."""
    names = publishers(article)
    if names:
        yield phrases.published_by(phrases.first_names(names))
    elif files:
        paths = [copy.path for copy in article.copies if not (copy.outlet or copy.url)]
        if paths:
            yield phrases.copied_in(phrases.first_names(paths))


def host_of(url: str | None) -> str | None:
    """The host of a URL without `www.`; None if it is invalid."""
    try:
        host = urlsplit(url).hostname if url else None
    except ValueError:  # half an IPv6 address
        return None
    return host.removeprefix("www.") if host else None
