"""The articles of the index for browsing: search, lists and summaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import decide_by_articles
from bot.answering.topic import best_sentence_on, hits_about, names_subject, rank_articles
from bot.operations.statistics import Holdings
from index.article import Article, ArticleEntry, Passage, Selection, Sentence
from index.ingestion.passages import cut
from index.models.base import Vectors
from index.search.live import LiveIndex
from index.search.searcher import Searcher
from index.store.builder_status import BuilderStatus
from index.store.reader import FacetKind, GenerationReader
from index.text.antecedents import find_leads

_SUMMARY_SENTENCES = 4
_SUMMARY_WORDS = 110
_MIN_WORDS = 6  # shorter sentences say too little alone
_OPENING_BONUS = 0.04  # journalists put the news first
_REPETITION_PENALTY = 0.5  # Carbonell & Goldstein, "The Use of MMR" (1998)


@dataclass(frozen=True, slots=True)
class ArticleSentence:
    """A sentence with its passage; `is_dependent` if it needs an earlier one to be understood."""

    sentence: Sentence
    passage: Passage
    is_dependent: bool


def article_sentences(article: Article, passages: Sequence[Passage]) -> list[ArticleSentence]:
    return [
        ArticleSentence(sentence, passage, lead is not None)
        for passage in passages
        for sentence, lead in zip(
            passage.sentences, find_leads(passage, article.language), strict=True
        )
    ]


def summarise(article: Article, sentences: Sequence[ArticleSentence], vectors: Vectors) -> Answer:
    """Summarise an article by its most central sentences, penalizing repetition (MMR).

    `vectors`, shape (len(sentences), d), are unit vectors. The answer is empty if no sentence is
    self-contained.
    """
    citations = tuple(
        Citation.of(number, sentences[row].sentence, sentences[row].passage, article)
        for number, row in enumerate(sorted(_select(sentences, vectors)), 1)
    )
    return Answer(
        question=article.title,
        language=article.language,
        outcome=decide_by_articles([article] if citations else []).outcome,
        confidence=1.0,
        statements=tuple(Statement(each.quote, (each.number,)) for each in citations),
        citations=citations,
    )


def _select(sentences: Sequence[ArticleSentence], vectors: Vectors) -> list[int]:
    candidates = [
        row
        for row, each in enumerate(sentences)
        if not each.is_dependent
        and len(each.sentence.text.split()) >= _MIN_WORDS
        and not each.sentence.text.endswith((":", "?"))
    ]
    if not candidates:
        return []
    mean = vectors.mean(axis=0)
    centrality = vectors @ (mean / np.linalg.norm(mean))
    centrality[candidates[0]] += _OPENING_BONUS
    selection: list[int] = []
    words = 0

    def gain(row: int) -> float:
        repetition = max((float(vectors[row] @ vectors[other]) for other in selection), default=0.0)
        return float(centrality[row]) - _REPETITION_PENALTY * repetition

    while candidates and len(selection) < _SUMMARY_SENTENCES:
        best = max(candidates, key=gain)
        candidates.remove(best)
        count = len(sentences[best].sentence.text.split())
        if not selection or words + count <= _SUMMARY_WORDS:
            selection.append(best)
            words += count
    return selection


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

    def generation(self) -> str:
        """The current generation's ID."""
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

    def rank(self, words: str, among: Selection | None = None) -> Sequence[Article]:
        """List the articles that contain any of the words or are close in meaning, best first.

        For an author's name: the newest that they wrote, then those that contain the whole name.
        """
        searcher = self.searcher(among)
        hits = searcher.search_subject(words, _SEARCHED_PASSAGES)
        by_author = searcher.by_author(words)
        if by_author is None:
            return rank_articles(words, hits)
        ids = [each.id for each in by_author.articles(limit=_SEARCHED_PASSAGES)]
        articles = searcher.generation.articles_by_id(ids)
        named = rank_articles(words, [hit for hit in hits if names_subject(words, hit)])
        own = [articles[each] for each in ids if each in articles]
        return [*own, *(each for each in named if each.id not in articles)]

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        """List the articles with this ID (or a prefix of it), path, URL or title."""
        return self.searcher().find(reference)

    def summarise(self, article: Article) -> Answer:
        generation = self._open
        passages = [
            each
            for passage in cut(article)
            if (each := generation.passage_at(article.id, passage.start)) is not None
        ]
        if not passages:  # withdrawn since it was opened
            return summarise(article, (), np.empty((0, 0), dtype=np.float32))
        vectors = np.concatenate([generation.sentence_vectors_of(each.key) for each in passages])
        sentences = article_sentences(article, [each.passage for each in passages])
        return summarise(article, sentences, vectors)

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
    def _open(self) -> GenerationReader:
        return self.searcher().generation
