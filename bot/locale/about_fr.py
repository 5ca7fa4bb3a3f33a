"""French texts about the articles themselves. Typography as in `fr`."""

from __future__ import annotations

from bot.locale.about import AboutPhrases
from bot.locale.fr import FR
from index.article import Article


def _author(article: Article) -> str:
    if article.author is None:
        return f"L’article {_title(article)} n’indique pas son auteur."
    return f"L’article {_title(article)}{_dated(article)} est signé {article.author}."


def _published(article: Article) -> str:
    if article.published is None:
        return f"L’article {_title(article)} n’indique pas sa date de publication."
    return f"L’article {_title(article)} a été publié le {FR.day(article.published)}."


def _listed(article: Article) -> str:
    return f"{_title(article)}{_dated(article)}."


def _found(count: int) -> str:
    return "Un article en parle." if count == 1 else f"{count} articles en parlent."


def _counted(count: int, newest: Article) -> str:
    if count == 1:
        return f"Un seul article\u00a0: {_title(newest)}{_dated(newest)}."
    if newest.published is None:
        return f"{count} articles, sans date."
    return f"{count} articles\u202f; le plus récent est {_title(newest)}{_dated(newest)}."


def _title(article: Article) -> str:
    return FR.quote(article.title or article.path)


def _dated(article: Article) -> str:
    return f" ({FR.day(article.published)})" if article.published else ""


ABOUT_FR = AboutPhrases(
    author=_author,
    published=_published,
    titled=lambda article: f"L’article s’intitule {_title(article)}.",
    listed=_listed,
    found=_found,
    counted=_counted,
)
