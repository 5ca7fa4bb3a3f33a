"""From a question to the passages that may answer it, best first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.article import Article, Passage, Period, lexical_text
from index.errors import DamagedIndex
from index.findings import Findings, Hit, RankedSentence, Scores, SearchEvidence
from index.language import detect
from index.models.base import Embedder, Vectors
from index.search.confidence import ConfidenceModel
from index.search.scoring import (
    passage_scores,
    question_names,
    quotable_scores,
    sentence_scores,
    spoken_of,
)
from index.store.files.generation import Generation
from index.store.files.vector_index import IntArray
from index.store.files.word_index import WordMatch, keyed_terms

# How many passages each way of looking puts forward; their union is scored in full.
_CANDIDATES = 100


_CANDIDATE_SENTENCES = 200


_BEHIND = 10  # passages that the first one is compared with


@dataclass(frozen=True)
class _Question:
    """A question and its two looks at the index, before any passage is chosen."""

    vector: Vectors
    passage_words: WordMatch
    sentence_words: WordMatch
    names: frozenset[str]


@dataclass(frozen=True)
class _Candidates:
    """Passages under consideration with their scores, arrays of shape (candidates,).

    `sentence_values` joins the scores of their sentences in row order; those of candidate i start
    at `offsets[i]`.
    """

    rows: IntArray
    passage: Vectors
    sentence: Vectors
    words: Vectors
    sentence_words: Vectors
    total: Vectors
    sentence_values: Vectors
    offsets: IntArray

    @cached_property
    def order(self) -> IntArray:
        """Indices of the candidates, best first, equals by row."""
        return np.lexsort((self.rows, -self.total))

    def scores(self, at: int) -> Scores:
        return Scores(
            float(self.passage[at]),
            float(self.sentence[at]),
            float(self.words[at]),
            float(self.total[at]),
        )


class Searcher:
    """Ranks the passages of one open generation; safe to call from several threads."""

    def __init__(self, generation: Generation, embedder: Embedder, judge: ConfidenceModel) -> None:
        self.generation = generation
        self._embedder = embedder
        self._judge = judge

    def search(self, question: str, limit: int = 10, within: Period | None = None) -> Findings:
        """The `limit` best passages for a question, with the confidence that they answer it.

        `within` leaves only the articles published then.
        """
        language = detect(question)
        asked = _Question(
            self._embedder.embed_question(question),
            self.generation.passage_words.match(question, language),
            self.generation.sentence_words.match(question, language),
            question_names(question, language),
        )
        rows = self._candidates(asked, within)
        if not len(rows):
            return Findings(question, language, (), 0.0)
        candidates = self._score(asked, rows)
        hits = self._hits(asked, candidates, limit)
        foreign = any(hit.article.language != language for hit in hits[:1])
        evidence = self._evidence(asked, candidates, foreign)
        return Findings(question, language, hits, self._judge.confidence(evidence), evidence)

    def _candidates(self, asked: _Question, within: Period | None) -> IntArray:
        generation = self.generation
        passages, sentences = None, None
        if within is not None:
            passages = generation.published_within(within)
            sentences = generation.of_sentences(passages)
        near, _ = generation.passage_vectors.search(asked.vector, _CANDIDATES, passages)
        told, _ = generation.sentence_vectors.search(asked.vector, _CANDIDATE_SENTENCES, sentences)
        worded = asked.passage_words.best(_CANDIDATES, passages)
        return np.unique(np.concatenate([near, generation.passages_of_sentences(told), worded]))

    def _score(self, asked: _Question, rows: IntArray) -> _Candidates:
        generation = self.generation
        starts, counts = generation.sentence_rows(rows)
        offsets = np.cumsum(counts) - counts
        sentence_rows = np.repeat(starts - offsets, counts) + np.arange(counts.sum())
        cosines = generation.sentence_vectors.scores(asked.vector, sentence_rows)
        sentence_words = asked.sentence_words.at(sentence_rows)
        values = sentence_scores(cosines, sentence_words)
        passage = generation.passage_vectors.scores(asked.vector, rows)
        words = asked.passage_words.at(rows)
        best = np.maximum.reduceat(values, offsets)
        return _Candidates(
            rows=rows,
            passage=passage,
            sentence=np.maximum.reduceat(cosines, offsets),
            words=words,
            sentence_words=np.maximum.reduceat(sentence_words, offsets),
            total=passage_scores(passage, best, words, generation.openings(rows)),
            sentence_values=values,
            offsets=offsets,
        )

    def _hits(self, asked: _Question, candidates: _Candidates, limit: int) -> tuple[Hit, ...]:
        chosen = candidates.order[:limit]
        articles: dict[str, Article] = {}
        hits = []
        for at, stored in zip(
            chosen, self.generation.stored(candidates.rows[chosen].tolist()), strict=True
        ):
            article = articles.get(stored.article_id)
            if article is None:
                article = articles[stored.article_id] = self._article(stored.article_id)
            first = candidates.offsets[at]
            values = candidates.sentence_values[first : first + len(stored.passage.sentences)]
            sentences = _ranked(asked, values, article, stored.passage)
            hits.append(Hit(article, stored.passage, candidates.scores(at), sentences))
        return tuple(hits)

    def _article(self, article_id: str) -> Article:
        article = self.generation.article(article_id)
        if article is None:
            raise DamagedIndex(
                f"article {article_id} is missing from the index; rebuild it with `selon index`"
            )
        return article

    def _evidence(self, asked: _Question, candidates: _Candidates, foreign: bool) -> SearchEvidence:
        first, *behind = candidates.order[: 1 + _BEHIND]
        total = candidates.total
        return SearchEvidence(
            passage=float(candidates.passage.max()),
            sentence=float(candidates.sentence.max()),
            words=float(candidates.words[first]),
            sentence_words=float(candidates.sentence_words[first]),
            known=asked.passage_words.known,
            lead=float(total[first] - total[behind].mean()) if behind else 0.0,
            foreign=float(foreign),
        )


def _ranked(
    asked: _Question, values: Vectors, article: Article, passage: Passage
) -> tuple[RankedSentence, ...]:
    before, *sentences = (
        frozenset(keyed_terms(text, article.language))
        for text in (
            lexical_text(article, passage.heading, ""),
            *(sentence.text for sentence in passage.sentences),
        )
    )
    shares = spoken_of(asked.passage_words.idf, asked.names, before, sentences)
    scores = quotable_scores(values, np.array(shares, dtype=np.float32))
    return tuple(
        RankedSentence(sentence, float(score))
        for sentence, score in zip(passage.sentences, scores, strict=True)
    )
