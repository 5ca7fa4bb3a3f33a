"""A generation in memory that compares all with all: the second store of the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime

import numpy as np

from index.article import (
    Article,
    ArticleEntry,
    Period,
    Selection,
    embedding_text,
    lexical_text,
)
from index.build.passages import cut
from index.models.base import Embedder, IntArray, Vectors
from index.store.bm25 import length_norms, saturation
from index.store.reader import (
    SHORTEST_PREFIX,
    CandidateFeatures,
    CandidateQuery,
    ClosedOnExit,
    FacetKind,
    GenerationFacts,
    RowKind,
    StoredPassage,
)
from index.text.antecedents import sentences_in_context
from index.text.language import keyed_terms


class MemoryStatistics:
    """The terms of documents, counted."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(each) for each in documents]
        self._norms = length_norms(np.array([len(each) for each in documents]))

    def __len__(self) -> int:
        return len(self._counts)

    def frequencies(self, terms: Collection[str]) -> dict[str, int]:
        held = {term: sum(term in counts for counts in self._counts) for term in terms}
        return {term: count for term, count in held.items() if count}

    def letters(self, language: str) -> str:
        mark = f"{language}:"
        return "".join(sorted(set().union(*(t for c in self._counts for t in c if mark in t))))

    def bm25(self, row: int, weights: dict[str, float]) -> float:
        counts = np.array([self._counts[row][term] for term in weights])
        return float((np.array([*weights.values()]) * saturation(counts, self._norms[row])).sum())


class MemoryGeneration(ClosedOnExit):
    """See `index.store.withdrawals.StoredGeneration`; no article of it is a copy.

    `vectors` are by passage, `sentence_vectors` by sentence, in the order of writing.
    """

    def __init__(
        self,
        facts: GenerationFacts,
        articles: Sequence[Article],
        passages: Sequence[StoredPassage],
        vectors: Vectors,
        sentence_vectors: Vectors,
    ) -> None:
        self.facts = facts
        self._articles = {article.id: article for article in articles}
        self._passages = list(passages)
        self._vectors = vectors
        ends = np.cumsum([len(each.passage.sentences) for each in passages])
        self._sentence_vectors = np.split(sentence_vectors, ends[:-1])
        self._words = {
            "passages": MemoryStatistics([self._terms(p, p.passage.text) for p in self._passages]),
            "sentences": MemoryStatistics(
                [self._terms(p, s.text) for p in self._passages for s in p.passage.sentences]
            ),
        }

    @classmethod
    def of(cls, articles: Sequence[Article], embedder: Embedder) -> MemoryGeneration:
        passages: list[StoredPassage] = []
        texts: list[str] = []
        sentences: list[str] = []
        for article in articles:
            for passage in cut(article):
                passages.append(StoredPassage(len(passages), article.id, passage))
                texts.append(embedding_text(article, passage.text))
                told = sentences_in_context(passage, article.language)
                sentences += [embedding_text(article, text) for text in told]
        facts = GenerationFacts(
            id="20250101T000000.000000Z",
            model=embedder.id,
            dimension=embedder.dimension,
            built_at=datetime(2025, 1, 1, tzinfo=UTC),
            articles=len(articles),
            passages=len(passages),
            sentences=len(sentences),
            languages=Counter(each.language for each in articles),
            fingerprint="memory",
        )
        vectors, sentence_vectors = map(embedder.embed_passages, (texts, sentences))
        return cls(facts, articles, passages, vectors, sentence_vectors)

    def _terms(self, stored: StoredPassage, text: str) -> list[str]:
        article = self._articles[stored.article_id]
        return keyed_terms(lexical_text(article, stored.passage.heading, text), article.language)

    def term_statistics(self, kind: RowKind) -> MemoryStatistics:
        return self._words[kind]

    def candidates(
        self,
        query: CandidateQuery,
        passages: int,
        sentences: int,
        within: Period | None = None,
        among: Selection | None = None,
        without: IntArray | None = None,
    ) -> CandidateFeatures:
        """Every passage that may be found: more candidates than asked for change no score."""
        eligible = {each.id for each in self.articles(within, among=among)}
        hidden = set() if without is None else set(without.tolist())
        found = [
            each
            for each in self._passages
            if each.article_id in eligible and each.key not in hidden
        ]
        counts = [len(each.passage.sentences) for each in found]
        first = np.cumsum([0, *(len(each.passage.sentences) for each in self._passages)])
        bm25, of_sentences = (
            [self._words["passages"].bm25(each.key, dict(query.passage_terms)) for each in found],
            [
                self._words["sentences"].bm25(int(first[each.key]) + at, dict(query.sentence_terms))
                for each in found
                for at in range(len(each.passage.sentences))
            ],
        )
        openings = [self.opening(each.article_id) == each for each in found]
        vectors = [self._sentence_vectors[each.key] @ query.vector for each in found]
        return CandidateFeatures(
            keys=np.array([each.key for each in found], dtype=np.int64),
            cosines=np.array([self._vectors[each.key] @ query.vector for each in found]),
            bm25=np.array(bm25, dtype=np.float32),
            openings=np.array(openings, dtype=bool),
            sentence_cosines=np.concatenate([*vectors, np.empty(0, dtype=np.float32)]),
            sentence_bm25=np.array(of_sentences, dtype=np.float32),
            offsets=np.cumsum([0, *counts])[:-1].astype(np.int64),
        )

    def entries(self, ids: Collection[str]) -> list[ArticleEntry]:
        return [_entry(self._articles[each]) for each in ids if each in self._articles]

    def passage_keys(self, ids: Collection[str]) -> IntArray:
        keys = [each.key for each in self._passages if each.article_id in ids]
        return np.array(keys, dtype=np.int64)

    def stored(self, keys: Sequence[int]) -> list[StoredPassage]:
        return [self._passages[key] for key in keys]

    def sentence_vectors_of(self, key: int) -> Vectors:
        return self._sentence_vectors[key]

    def passage_at(self, article_id: str, start: int) -> StoredPassage | None:
        own = (each for each in self._passages if each.article_id == article_id)
        return next((e for e in own if e.passage.start <= start < e.passage.end), None)

    def opening(self, article_id: str) -> StoredPassage | None:
        return next((each for each in self._passages if each.article_id == article_id), None)

    def count_passages(self, article_id: str) -> int:
        return sum(each.article_id == article_id for each in self._passages)

    def article(self, article_id: str) -> Article | None:
        return self._articles.get(article_id)

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        return {each: self._articles[each] for each in ids if each in self._articles}

    def find(self, reference: str) -> list[ArticleEntry]:
        ways: tuple[Callable[[Article], bool], ...] = (
            lambda each: each.id == reference,
            lambda each: len(reference) >= SHORTEST_PREFIX and each.id.startswith(reference),
            lambda each: each.path == reference,
            lambda each: each.url == reference,
            lambda each: each.title == reference,
        )
        for means in ways:
            if found := [_entry(each) for each in self._articles.values() if means(each)]:
                return found
        return []

    def articles(
        self, within: Period | None = None, limit: int = -1, among: Selection | None = None
    ) -> list[ArticleEntry]:
        known = (
            each
            for each in self._articles.values()
            if (within is None or each.published in within) and (among is None or each in among)
        )
        newest = sorted(known, key=lambda each: each.published or date.min, reverse=True)
        return [_entry(each) for each in newest][: limit if limit >= 0 else None]

    def copied(self) -> list[ArticleEntry]:
        return []

    def count(self, within: Period | None = None, among: Selection | None = None) -> int:
        return len(self.articles(within, among=among))

    def facet(self, kind: FacetKind) -> dict[str, int]:
        values = [getattr(each, kind) for each in self._articles.values()]
        return dict(Counter(each for each in values if each).most_common())

    def close(self) -> None:
        pass


def _entry(article: Article) -> ArticleEntry:
    return ArticleEntry(
        article.id,
        article.title,
        article.author,
        article.published,
        article.url,
        article.language,
        article.path,
        article.outlet,
        article.category,
        article.updated,
    )
