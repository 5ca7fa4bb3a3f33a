"""Articles written for the tests, and a generation that holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import cast

from index.article import Article, ArticleEntry, Copy, Selection, article_id
from index.ingestion.passages import cut
from index.models.base import Vectors
from index.store.generation import StoredPassage
from index.store.open_generation import OpenGeneration
from index.text.language import detect
from tests.fakes import FakeEmbedder

DAY = date(2026, 3, 26)


def article(
    title: str,
    text: str,
    day: date | None = DAY,
    outlet: str | None = "Le Phare",
    copies: tuple[Copy, ...] = (),
    language: str | None = None,
    url: str | None = None,
) -> Article:
    facts = {"published": day, "outlet": outlet, "copies": copies, "url": url}
    name = article_id(f"{outlet}/{title}")
    return Article(name, text, title, f"{title}.md", language or detect(text), **facts)


class MadeGeneration:
    """The part of a generation that digests read, over a few articles.

    Articles of one `event` have openings of one meaning, all others' are at right angles.
    """

    def __init__(
        self, articles: Sequence[Article], events: Mapping[str, str] | None = None
    ) -> None:
        self._articles = {each.id: each for each in articles}
        self._events = events or {}
        self._embedder = FakeEmbedder(4096)
        self.facts = SimpleNamespace(model=self._embedder.id)

    def articles(self, among: Selection | None = None, limit: int = -1) -> list[ArticleEntry]:
        chosen = [each for each in self._articles.values() if among is None or each in among]
        chosen.sort(key=lambda each: each.published or date.min, reverse=True)
        entries = [
            ArticleEntry(e.id, e.title, None, e.published, None, e.language, e.path, e.outlet)
            for e in chosen
        ]
        return entries if limit < 0 else entries[:limit]

    def article(self, article_id: str) -> Article | None:
        return self._articles.get(article_id)

    def opening(self, article_id: str) -> StoredPassage | None:
        passages = cut(self._articles[article_id])
        key = list(self._articles).index(article_id)
        return StoredPassage(key, article_id, passages[0]) if passages else None

    def sentence_vectors_of(self, key: int) -> Vectors:
        found = list(self._articles.values())[key]
        meaning = self._events.get(found.title, found.title)
        return self._embedder.embed_passages([meaning])

    def term_statistics(self, kind: str) -> MadeGeneration:
        return self

    def frequencies(self, terms: Collection[str]) -> Mapping[str, int]:
        return dict.fromkeys(terms, 1)

    def __len__(self) -> int:
        return max(len(self._articles), 100)


def generation(
    articles: Sequence[Article], events: Mapping[str, str] | None = None
) -> OpenGeneration:
    return cast("OpenGeneration", MadeGeneration(articles, events))
