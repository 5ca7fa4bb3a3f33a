"""The articles behind the answers, for the people who ask about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.answer import Answer
from bot.answering.topic_bot_nearness import on_subject
from bot.library.articles_bot_summary import summary, tellings
from bot.operations.statistics_statistics_status import Holdings
from index.article import Article
from index.build.passages import cut
from index.models.sentence_transformers import Vectors
from index.search.live import LiveIndex
from index.store.files.articles import ArticleEntry
from index.store.files.generation import Generation

SEARCHED = 100
"""Passages among which the articles on a subject are looked for."""


class Library(Protocol):
    """What the messenger knows of the index besides its answers."""

    def article(self, article_id: str) -> Article | None:
        """None when it is no longer there."""
        ...

    def generation(self) -> str:
        """The id of the generation in service."""
        ...

    def holdings(self) -> Holdings:
        """How much there is."""
        ...

    def embedded(self, question: str) -> Vectors:
        """A question's vector, of length 1."""
        ...

    def newest(self, limit: int, skip: int = 0) -> Sequence[ArticleEntry]:
        """Articles, newest first, those without a date last."""
        ...

    def ranked(self, words: str) -> Sequence[Article]:
        """The articles that hold these words or are near to them in meaning, best first."""
        ...

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        """The articles that an id (or its beginning), a path, an address or a title means."""
        ...

    def summary(self, article: Article) -> Answer:
        """An article in a few of its own sentences."""
        ...


class LiveLibrary:
    """The articles of the generation in service. Raises IndexingError."""

    def __init__(self, index: LiveIndex) -> None:
        self._index = index

    def article(self, article_id: str) -> Article | None:
        return self._index.article(article_id)

    def generation(self) -> str:
        return self._open.manifest.id

    def holdings(self) -> Holdings:
        manifest = self._open.manifest
        return Holdings(manifest.id, manifest.articles, manifest.passages, manifest.built_at)

    def embedded(self, question: str) -> Vectors:
        return self._index.embedder.embed_question(question)

    def newest(self, limit: int, skip: int = 0) -> Sequence[ArticleEntry]:
        return self._open.articles(limit=skip + limit)[skip:]

    def ranked(self, words: str) -> Sequence[Article]:
        hits = self._index.search(words, SEARCHED).hits
        return list({hit.article.id: hit.article for hit in on_subject(hits)}.values())

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        return self._open.find(reference)

    def summary(self, article: Article) -> Answer:
        generation = self._open
        stored = [
            found
            for passage in cut(article)
            if (found := generation.passage_at(article.id, passage.start)) is not None
        ]
        rows = [
            each.first_sentence + number
            for each in stored
            for number in range(len(each.passage.sentences))
        ]
        vectors = generation.sentence_vectors.vectors(np.array(rows, dtype=np.int64))
        return summary(article, tellings(article, [each.passage for each in stored]), vectors)

    @property
    def _open(self) -> Generation:
        return self._index.searcher().generation
