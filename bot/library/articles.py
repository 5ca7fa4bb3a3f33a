"""The articles of the index for browsing: search, lists and summaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answer import Answer, Citation, Statement
from bot.answering.topic import best_sentence_on, hits_about, rank_articles
from bot.operations.statistics import Holdings
from index.article import Article, ArticleEntry, Passage, Selection, Sentence
from index.build.passages import cut
from index.models.base import Vectors
from index.search.live import LiveIndex
from index.search.searcher import Searcher
from index.store.builder_status import BuilderStatus
from index.store.reader import FacetKind, GenerationReader
from index.text.antecedents import find_leads

_SUMMARY_SENTENCES = 4
_SUMMARY_WORDS = 110
_SHORTEST = 6  # words; shorter sentences say too little alone
_OPENING_BONUS = 0.04  # journalists put the news first

# Carbonell & Goldstein, "The Use of MMR" (1998): what a sentence adds counts against what it
# repeats.
_REPETITION_PENALTY = 0.5


@dataclass(frozen=True, slots=True)
class ArticleSentence:
    """A sentence of an article with its passage; `leaning` if it needs an earlier one."""

    sentence: Sentence
    passage: Passage
    leaning: bool


def article_sentences(article: Article, passages: Sequence[Passage]) -> list[ArticleSentence]:
    """The sentences of an article, in reading order."""
    return [
        ArticleSentence(sentence, passage, lead is not None)
        for passage in passages
        for sentence, lead in zip(
            passage.sentences, find_leads(passage, article.language), strict=True
        )
    ]


def summarise(article: Article, sentences: Sequence[ArticleSentence], vectors: Vectors) -> Answer:
    """Summarise an article by the sentences nearest to it, each adding to the others.

    `vectors`, shape (len(sentences), d), are of unit length. The answer is empty if no sentence
    stands alone.
    """
    chosen = [sentences[at] for at in sorted(_choose(sentences, vectors))]
    citations = tuple(
        Citation.of(number, each.sentence, each.passage, article)
        for number, each in enumerate(chosen, 1)
    )
    return Answer(
        question=article.title,
        language=article.language,
        confidence=1.0,
        statements=tuple(Statement(each.quote, (each.number,)) for each in citations),
        citations=citations,
    )


def _choose(sentences: Sequence[ArticleSentence], vectors: Vectors) -> list[int]:
    candidates = [
        at
        for at, each in enumerate(sentences)
        if not each.leaning
        and len(each.sentence.text.split()) >= _SHORTEST
        and not each.sentence.text.endswith((":", "?"))
    ]
    if not candidates:
        return []
    middle = vectors.mean(axis=0)
    central = vectors @ (middle / np.linalg.norm(middle))
    worth = {at: float(central[at]) + _OPENING_BONUS * (at == candidates[0]) for at in candidates}
    chosen: list[int] = []
    words = 0

    def gain(at: int) -> float:
        repeated = max((float(vectors[at] @ vectors[other]) for other in chosen), default=0.0)
        return worth[at] - _REPETITION_PENALTY * repeated

    while candidates and len(chosen) < _SUMMARY_SENTENCES:
        best = max(candidates, key=gain)
        candidates.remove(best)
        count = len(sentences[best].sentence.text.split())
        if not chosen or words + count <= _SUMMARY_WORDS:
            chosen.append(best)
            words += count
    return chosen


@dataclass(frozen=True, slots=True)
class SubjectArticles:
    """The most telling sentence of each article about a subject, best first.

    `looked_at` are the ids of all the articles that were considered.
    """

    citations: tuple[Citation, ...]
    looked_at: frozenset[str]


# Passages searched for new articles: all that a search returns, so that nothing old counts as
# new.
_FOLLOWED_PASSAGES = 400

_SEARCHED_PASSAGES = 100  # for the articles on a subject


class Library:
    """What the messenger uses of the index besides its answers. Raises IndexingError."""

    def __init__(self, index: LiveIndex) -> None:
        self._index = index

    def article(self, article_id: str) -> Article | None:
        """None if it is no longer there."""
        return self._index.article(article_id)

    def generation(self) -> str:
        """The id of the generation in service."""
        return self._open.facts.id

    def check(self) -> None:
        """Raise IndexingError if the index, or a newer one, cannot be opened."""
        self._index.check()

    def builder_status(self) -> BuilderStatus | None:
        """What the builder of the index last did, if it ever did anything."""
        return self._index.builder_status()

    def holdings(self) -> Holdings:
        """The size of the index."""
        facts = self._open.facts
        return Holdings(facts.id, facts.articles, facts.passages, facts.built_at)

    @property
    def model(self) -> str:
        """The id of the embedding model."""
        return self._index.embedder.id

    def embed(self, question: str) -> Vectors:
        """A question's unit vector."""
        return self._index.embedder.embed_question(question)

    def newest(
        self, limit: int, skip: int = 0, among: Selection | None = None
    ) -> Sequence[ArticleEntry]:
        """Articles, or selected ones, newest first, undated ones last."""
        searcher = self.searcher() if among is None else self.searcher().among(among)
        return searcher.articles(limit=limit, skip=skip)

    def rank(self, words: str, among: Selection | None = None) -> Sequence[Article]:
        """The articles that hold any of these words or are near to them in meaning, best first."""
        index = self._index if among is None else self.searcher().among(among)
        return rank_articles(words, index.search_subject(words, _SEARCHED_PASSAGES))

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        """The articles with this id (or its beginning), path, address or title."""
        return self._index.searcher().find(reference)

    def summarise(self, article: Article) -> Answer:
        """Summarise an article in a few of its own sentences."""
        generation = self._open
        stored = [
            each
            for passage in cut(article)
            if (each := generation.passage_at(article.id, passage.start)) is not None
        ]
        if not stored:  # withdrawn since it was opened
            return summarise(article, (), np.empty((0, 0), dtype=np.float32))
        vectors = np.concatenate([generation.sentence_vectors_of(each.key) for each in stored])
        sentences = article_sentences(article, [each.passage for each in stored])
        return summarise(article, sentences, vectors)

    def on_subject(self, subject: str) -> SubjectArticles:
        """The articles about a subject, each with its most telling sentence."""
        hits = self._index.search_subject(subject, _FOLLOWED_PASSAGES)
        citations = tuple(
            Citation.of(number, best_sentence_on(subject, hit), hit.passage, hit.article)
            for number, hit in enumerate(hits_about(subject, hits), start=1)
        )
        return SubjectArticles(citations, frozenset(hit.article.id for hit in hits))

    def count(self, selection: Selection | None = None) -> int:
        """The number of articles, or of selected ones."""
        return self._open.count(among=selection)

    def facet(self, kind: FacetKind) -> Mapping[str, int]:
        """The number of articles of each outlet, category or language, largest first."""
        return self._open.facet(kind)

    def searcher(self) -> Searcher:
        """A searcher over the generation in service."""
        return self._index.searcher()

    @property
    def _open(self) -> GenerationReader:
        return self.searcher().generation
