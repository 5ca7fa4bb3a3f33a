"""The articles behind an answer, found again for the people who ask about them."""

from __future__ import annotations

from typing import Protocol

from index.article import Article
from index.live import LiveIndex


class Library(Protocol):
    """What the messenger knows of the index besides its answers."""

    def article(self, article_id: str) -> Article | None:
        """None when it is no longer there."""
        ...

    def generation(self) -> str:
        """The id of the generation in service."""
        ...


class LiveLibrary:
    """The articles of the generation in service."""

    def __init__(self, index: LiveIndex) -> None:
        self._index = index

    def article(self, article_id: str) -> Article | None:
        return self._index.article(article_id)

    def generation(self) -> str:
        return self._index.searcher().generation.manifest.id
