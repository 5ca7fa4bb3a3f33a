"""The articles of the index for those who browse them: found, listed, summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bot.answer import Answer, Citation, Statement
from bot.answering.topic import hits_about, rank_articles, telling_sentence
from bot.operations.statistics import Holdings
from index.article import Article, ArticleEntry, Passage, Selection, Sentence
from index.build.passages import cut
from index.models.base import Vectors
from index.search.live import LiveIndex
from index.search.searcher import Searcher
from index.store.reader import FacetKind, GenerationReader
from index.text.antecedents import leads

_SENTENCES = 4

_MOST_WORDS = 110

_SHORTEST = 6  # words; shorter sentences say too little alone

_OPENING_BONUS = 0.04  # journalists put the news first

# Carbonell & Goldstein, "The Use of MMR" (1998): what a sentence adds counts against what it
# repeats.
REPETITION_PENALTY = 0.5


@dataclass(frozen=True, slots=True)
class Telling:
    """A sentence of an article with its passage; `leaning` when it needs an earlier one."""

    sentence: Sentence
    passage: Passage
    leaning: bool


def tellings(article: Article, passages: Sequence[Passage]) -> list[Telling]:
    """The sentences of an article, in reading order."""
    return [
        Telling(sentence, passage, lead is not None)
        for passage in passages
        for sentence, lead in zip(passage.sentences, leads(passage, article.language), strict=True)
    ]


def summary(article: Article, sentences: Sequence[Telling], vectors: Vectors) -> Answer:
    """The sentences nearest to what the whole article says, each adding to the others.

    `vectors`, shape (len(sentences), d), are of unit length. No statement where none can stand
    alone.
    """
    chosen = sorted(_chosen(sentences, vectors))
    citations = tuple(
        Citation(
            number,
            sentences[at].sentence.text,
            sentences[at].sentence.start,
            sentences[at].sentence.end,
            sentences[at].passage,
            article,
        )
        for number, at in enumerate(chosen, 1)
    )
    return Answer(
        question=article.title,
        language=article.language,
        confidence=1.0,
        statements=tuple(Statement(each.quote, (each.number,)) for each in citations),
        citations=citations,
        nearest=(),
        elapsed_ms=0.0,
    )


def _chosen(sentences: Sequence[Telling], vectors: Vectors) -> list[int]:
    open_to = [at for at, each in enumerate(sentences) if _stands_alone(each)]
    if not open_to:
        return []
    middle = vectors.mean(axis=0)
    central = vectors @ (middle / np.linalg.norm(middle))
    worth = {at: float(central[at]) + _OPENING_BONUS * (at == open_to[0]) for at in open_to}
    chosen: list[int] = []
    words = 0
    while open_to and len(chosen) < _SENTENCES:
        best = max(
            open_to, key=lambda at: worth[at] - REPETITION_PENALTY * _repeated(at, chosen, vectors)
        )
        open_to.remove(best)
        count = len(sentences[best].sentence.text.split())
        if not chosen or words + count <= _MOST_WORDS:
            chosen.append(best)
            words += count
    return chosen


def _stands_alone(telling: Telling) -> bool:
    text = telling.sentence.text
    return not telling.leaning and len(text.split()) >= _SHORTEST and not text.endswith((":", "?"))


def _repeated(at: int, chosen: Sequence[int], vectors: Vectors) -> float:
    return max((float(vectors[at] @ vectors[other]) for other in chosen), default=0.0)


@dataclass(frozen=True, slots=True)
class FoundOnSubject:
    """What there is on a subject: of each article about it the sentence that matters, best first,
    and the ids of all the articles that were looked at."""

    citations: tuple[Citation, ...]
    looked_at: frozenset[str]


FOLLOWED_PASSAGES = 400
"""Passages looked at for new articles: all that a search puts forward, so that what was there
before is not taken for new."""

SEARCHED_PASSAGES = 100
"""Passages among which the articles on a subject are looked for."""


class Library(Protocol):
    """What the messenger knows of the index besides its answers."""

    def article(self, article_id: str) -> Article | None:
        """None when it is no longer there."""
        ...

    def generation(self) -> str:
        """The id of the generation in service."""
        ...

    def check(self) -> None:
        """Raises IndexingError where the index, or a newer one, cannot be opened."""
        ...

    def holdings(self) -> Holdings:
        """How much there is."""
        ...

    @property
    def model(self) -> str:
        """Names what embeds."""
        ...

    def embedded(self, question: str) -> Vectors:
        """A question's vector, of length 1."""
        ...

    def newest(self, limit: int, skip: int = 0) -> Sequence[ArticleEntry]:
        """Articles, newest first, those without a date last."""
        ...

    def ranked(self, words: str) -> Sequence[Article]:
        """The articles that hold any of these words or are near to them in meaning, best first."""
        ...

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        """The articles that an id (or its beginning), a path, an address or a title means."""
        ...

    def summary(self, article: Article) -> Answer:
        """An article in a few of its own sentences."""
        ...

    def on_subject(self, subject: str) -> FoundOnSubject:
        """The articles about a subject, each with the sentence that matters."""
        ...

    def count(self, selection: Selection | None = None) -> int:
        """How many articles there are, or are chosen."""
        ...

    def facet(self, kind: FacetKind) -> Mapping[str, int]:
        """How many articles each outlet, category or language has, the most first."""
        ...

    def searcher(self) -> Searcher:
        """Over the generation in service at this moment."""
        ...


class LiveLibrary:
    """The articles of the generation in service. Raises IndexingError."""

    def __init__(self, index: LiveIndex) -> None:
        self._index = index

    def article(self, article_id: str) -> Article | None:
        return self._index.article(article_id)

    def generation(self) -> str:
        return self._open.facts.id

    def check(self) -> None:
        self._index.check()

    def holdings(self) -> Holdings:
        facts = self._open.facts
        return Holdings(facts.id, facts.articles, facts.passages, facts.built_at)

    @property
    def model(self) -> str:
        return self._index.embedder.id

    def embedded(self, question: str) -> Vectors:
        return self._index.embedder.embed_question(question)

    def newest(self, limit: int, skip: int = 0) -> Sequence[ArticleEntry]:
        return self._index.searcher().articles(limit=skip + limit)[skip:]

    def ranked(self, words: str) -> Sequence[Article]:
        return rank_articles(words, self._index.search_subject(words, SEARCHED_PASSAGES))

    def find(self, reference: str) -> Sequence[ArticleEntry]:
        return self._index.searcher().find(reference)

    def summary(self, article: Article) -> Answer:
        generation = self._open
        stored = [
            found
            for passage in cut(article)
            if (found := generation.passage_at(article.id, passage.start)) is not None
        ]
        if not stored:  # withdrawn since it was opened
            return summary(article, (), np.empty((0, 0), dtype=np.float32))
        vectors = np.concatenate([generation.sentence_vectors_of(each.key) for each in stored])
        return summary(article, tellings(article, [each.passage for each in stored]), vectors)

    def on_subject(self, subject: str) -> FoundOnSubject:
        hits = self._index.search_subject(subject, FOLLOWED_PASSAGES)
        cited = []
        for number, hit in enumerate(hits_about(subject, hits), start=1):
            told = telling_sentence(subject, hit)
            cited.append(
                Citation(number, told.text, told.start, told.end, hit.passage, hit.article)
            )
        return FoundOnSubject(tuple(cited), frozenset(hit.article.id for hit in hits))

    def count(self, selection: Selection | None = None) -> int:
        return self._open.count(among=selection)

    def facet(self, kind: FacetKind) -> Mapping[str, int]:
        return self._open.facet(kind)

    def searcher(self) -> Searcher:
        return self._index.searcher()

    @property
    def _open(self) -> GenerationReader:
        return self.searcher().generation
