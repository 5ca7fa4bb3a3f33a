"""The articles of the index for browsing: search, lists and summaries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answer import Answer, Citation
from bot.answering.topic import best_sentence_on, hits_about, names_subject, rank_articles
from bot.archive.articles import opening_sentence
from bot.archive.summary import summarise_stored
from bot.operations.statistics import Holdings
from bot.operations.unanswered import QuestionGroup
from index.article import Article, ArticleEntry, Selection
from index.models.base import Vectors
from index.search.live import LiveIndex
from index.search.searcher import Searcher
from index.store.builder_status import BuilderStatus
from index.store.generation import FacetKind

if TYPE_CHECKING:
    from index.store.open_generation import OpenGeneration


@dataclass(frozen=True, slots=True)
class SubjectArticles:
    """The best sentence of each article about a subject, best article first.

    `article_ids` are those of all hits, on the subject or not.
    """

    citations: tuple[Citation, ...]
    article_ids: frozenset[str]


_FOLLOWED_PASSAGES = 400  # all that a search returns, so that no old article counts as new
_SEARCHED_PASSAGES = 100


class Library:
    """Access to the articles of the index in service. Raises IndexingError."""

    def __init__(self, index: LiveIndex) -> None:
        self._index = index

    def article(self, article_id: str) -> Article | None:
        return self._index.article(article_id)

    def hides(self, ids: Collection[str]) -> bool:
        """True if any of these articles is there, and closed to the reader of this task."""
        return self._open.hides(ids)

    def generation(self) -> str:
        """The current generation's ID, another for each choice of articles that are closed."""
        return self._open.facts.id

    def check(self) -> None:
        """Raise IndexingError if the index, or a newer one, cannot be opened."""
        self._index.check()

    def builder_status(self) -> BuilderStatus | None:
        return self._index.builder_status()

    def holdings(self) -> Holdings:
        facts = self._open.facts
        return Holdings(facts.id, facts.articles, facts.passages, facts.built_at)

    @property
    def model(self) -> str:
        """The embedding model's ID."""
        return self._index.embedder.id

    def embed(self, question: str) -> Vectors:
        return self._index.embedder.embed_question(question)

    def newest(
        self, limit: int, skip: int = 0, among: Selection | None = None
    ) -> Sequence[ArticleEntry]:
        """List articles, newest first, undated ones last."""
        return self.searcher(among).articles(limit=limit, skip=skip)

    def opening_lines(self, entries: Sequence[Article | ArticleEntry]) -> Mapping[str, str]:
        """The first sentence of each article by id, without copies."""
        return {
            entry.id: opening_sentence(opening.passage, entry.title).text
            for entry in entries
            if (opening := self._open.opening(entry.id)) is not None
        }

    def rank(self, words: str, among: Selection | None = None) -> Sequence[Article]:
        """List the articles that contain any of the words or are close in meaning, best first.

        For an author's name: the newest that they wrote, then those that contain the whole name.
        """
        searcher = self.searcher(among)
        hits = searcher.search_subject(words, _SEARCHED_PASSAGES)
        by_author = searcher.by_author(words)
        if by_author is None:
            return rank_articles(words, hits)
        ids = [article.id for article in by_author.articles(limit=_SEARCHED_PASSAGES)]
        articles = searcher.generation.articles_by_id(ids)
        named = rank_articles(words, [hit for hit in hits if names_subject(words, hit)])
        own = [articles[article_id] for article_id in ids if article_id in articles]
        return [*own, *(article for article in named if article.id not in articles)]

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        """List the articles with this ID (or a prefix of it), path, URL or title."""
        return self.searcher().find(reference)

    def summarise(self, article: Article) -> Answer:
        return summarise_stored(article, self._open)

    def on_subject(self, subject: str) -> SubjectArticles:
        hits = self._index.search_subject(subject, _FOLLOWED_PASSAGES)
        citations = tuple(
            Citation.of(number, best_sentence_on(subject, hit), hit.passage, hit.article)
            for number, hit in enumerate(hits_about(subject, hits), start=1)
        )
        return SubjectArticles(citations, frozenset(hit.article.id for hit in hits))

    def count(self, selection: Selection | None = None) -> int:
        return self._open.count(among=selection)

    def facet(self, kind: FacetKind) -> Mapping[str, int]:
        """Count the articles by outlet, category or language, largest first."""
        return self._open.facet(kind)

    def searcher(self, among: Selection | None = None) -> Searcher:
        searcher = self._index.searcher()
        return searcher if among is None else searcher.among(among)

    @property
    def _open(self) -> OpenGeneration:
        return self.searcher().generation


def nearest_article(group: QuestionGroup, library: Library) -> Article | None:
    """The article that came nearest to an unanswered question, or comes nearest now."""
    if group.nearest == "":
        return None
    nearest = library.article(group.nearest) if group.nearest else None
    return nearest or next(iter(library.rank(group.example)), None)
