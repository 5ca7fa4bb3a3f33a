"""Articles that the operator removed: builds leave them out, open generations hide them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeAlias

from index.article import Article, ArticleEntry, Copy
from index.store.base import IndexStore, RemovedArticle
from index.store.generation import SHORTEST_PREFIX

Removable: TypeAlias = "Article | ArticleEntry | Copy | RemovedArticle"


@dataclass(frozen=True, slots=True)
class RemovedArticles:
    """The articles removed from a store, as they are at each call. Raises StoreError."""

    store: IndexStore

    @property
    def articles(self) -> tuple[RemovedArticle, ...]:
        """By day of removal, then title."""
        return tuple(
            sorted(self.store.removed().values(), key=lambda article: (article.day, article.title))
        )

    def __len__(self) -> int:
        return len(self.store.removed())

    def find(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Match an id, an id prefix, a path or title, or a file name; the first way that matches
        any article wins."""
        ways: tuple[Callable[[RemovedArticle], bool], ...] = (
            lambda article: article.id == reference,
            lambda article: len(reference) >= SHORTEST_PREFIX and article.id.startswith(reference),
            lambda article: reference in (article.path, article.title),
            lambda article: article.path.partition("#")[0].rpartition("/")[2] == reference,
        )
        articles = self.articles
        matches = (tuple(filter(way, articles)) for way in ways)
        return next(filter(None, matches), ())

    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        """Remove these, effective at once; `day` defaults to today."""
        when = day or datetime.now(UTC).astimezone().date()
        self.store.change_removed(
            [RemovedArticle(article.id, article.title, article.path, when) for article in articles],
            (),
        )

    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Take the matching articles off the list and return them; if the generation in service
        still has them, they are visible again at once."""
        articles = self.find(reference)
        self.store.change_removed((), [article.id for article in articles])
        return articles
