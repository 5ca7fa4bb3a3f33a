"""English texts about the articles themselves."""

from __future__ import annotations

from bot.locale.about import AboutPhrases
from bot.locale.en import EN
from index.article import Article


def _author(article: Article) -> str:
    if article.author is None:
        return f"The article {_title(article)} does not name its author."
    return f"The article {_title(article)}{_dated(article)} is by {article.author}."


def _published(article: Article) -> str:
    if article.published is None:
        return f"The article {_title(article)} does not give its date of publication."
    return f"The article {_title(article)} was published on {EN.day(article.published)}."


def _listed(article: Article) -> str:
    return f"{_title(article)}{_dated(article)}."


def _found(count: int) -> str:
    return "One article speaks of it." if count == 1 else f"{count} articles speak of it."


def _counted(count: int, newest: Article) -> str:
    if count == 1:
        return f"A single article: {_title(newest)}{_dated(newest)}."
    if newest.published is None:
        return f"{count} articles, undated."
    return f"{count} articles; the newest is {_title(newest)}{_dated(newest)}."


def _title(article: Article) -> str:
    return EN.quote(article.title or article.path)


def _dated(article: Article) -> str:
    return f" ({EN.day(article.published)})" if article.published else ""


ABOUT_EN = AboutPhrases(
    author=_author,
    published=_published,
    titled=lambda article: f"The article is titled {_title(article)}.",
    listed=_listed,
    found=_found,
    counted=_counted,
)
