"""From a question to the passages that may answer it, best first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index.article import Article, ArticleEntry, Passage, Period, Selection, lexical_text
from index.findings import Findings, Hit, RankedSentence, Scores, SearchEvidence
from index.models.base import Embedder, IntArray, Vectors
from index.search.confidence import ConfidenceModel
from index.search.question_words import QuestionWords, question_names, weigh_subject, weigh_words
from index.search.scoring import (
    passage_scores,
    quotable_scores,
    sentence_scores,
    spoken_of,
    word_scores,
)
from index.store.reader import CandidateFeatures, CandidateQuery, GenerationReader
from index.text.language import detect, keyed_terms

# How many each way of looking puts forward; the passages are scored in full.
PASSAGE_CANDIDATES = 100
SENTENCE_CANDIDATES = 200
_BEHIND = 10  # passages that the first one is compared with

# What a list of articles is asked for with. Some words alone say little to an embedding model, and
# some passages are near to any words: what a subject adds to this frame is what it is about, as in
# Holtzman et al., "Surface Form Competition" (2021), where scores without it are taken off.
_SUBJECT_FRAME = "Articles sur"


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as the passages and the sentences of one generation know its words."""

    vector: Vectors
    language: str
    passage_words: QuestionWords
    sentence_words: QuestionWords
    names: frozenset[str]


@dataclass(frozen=True)
class _Ranking:
    """Candidates with their scores, arrays of shape (candidates,).

    `sentence_values` joins the scores of their sentences in reading order; those of candidate i
    start at `offsets[i]`.
    """

    keys: IntArray
    passage: Vectors
    sentence: Vectors
    words: Vectors
    sentence_words: Vectors
    total: Vectors
    sentence_values: Vectors
    offsets: IntArray

    @classmethod
    def of(cls, question: _Question, features: CandidateFeatures) -> _Ranking:
        words = word_scores(features.bm25, question.passage_words.idf)
        sentence_words = word_scores(features.sentence_bm25, question.sentence_words.idf)
        values = sentence_scores(features.sentence_cosines, sentence_words)
        best = np.maximum.reduceat(values, features.offsets)
        return cls(
            keys=features.keys,
            passage=features.cosines,
            sentence=np.maximum.reduceat(features.sentence_cosines, features.offsets),
            words=words,
            sentence_words=np.maximum.reduceat(sentence_words, features.offsets),
            total=passage_scores(features.cosines, best, words, features.openings),
            sentence_values=values,
            offsets=features.offsets,
        )

    @cached_property
    def order(self) -> IntArray:
        """Indices of the candidates, best first, equals by key."""
        return np.lexsort((self.keys, -self.total))

    def scores(self, at: int) -> Scores:
        return Scores(
            float(self.passage[at]),
            float(self.sentence[at]),
            float(self.words[at]),
            float(self.total[at]),
        )


class Searcher:
    """Ranks the passages of one open generation, or of some of its articles; safe to call from
    several threads."""

    def __init__(
        self,
        generation: GenerationReader,
        embedder: Embedder,
        judge: ConfidenceModel,
        among: Selection | None = None,
    ) -> None:
        self.generation = generation
        self._embedder = embedder
        self._judge = judge
        self._among = among

    def among(self, selection: Selection) -> Searcher:
        """The same, of which only these articles are found."""
        return Searcher(self.generation, self._embedder, self._judge, selection)

    def articles(
        self, within: Period | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        """The articles without their texts, newest first: all, or `limit` of a period, from the one
        after `skip` others."""
        return self.generation.articles(within, limit, self._among, skip)

    def count(self, within: Period | None = None) -> int:
        """How many articles there are, or were published in the period."""
        return self.generation.count(within, self._among)

    def find(self, reference: str) -> list[ArticleEntry]:
        """The articles that an id, a path, an address or a title means."""
        entries = self.generation.find(reference)
        return [each for each in entries if self._among is None or each in self._among]

    def search(self, question: str, limit: int = 10, within: Period | None = None) -> Findings:
        """The `limit` best passages for a question, with the confidence that they answer it.

        `within` leaves only the articles published then.
        """
        language = detect(question)
        weighed = _Question(
            self._embedder.embed_question(question),
            language,
            weigh_words(question, language, self.generation.term_statistics("passages")),
            weigh_words(question, language, self.generation.term_statistics("sentences")),
            question_names(question, language),
        )
        candidates = self._candidates(weighed, within)
        if not len(candidates.keys):
            return Findings(question, language, (), 0.0)
        ranking = _Ranking.of(weighed, candidates)
        hits = self._hits(weighed, ranking, limit)
        first, *behind = ranking.order[: 1 + _BEHIND]
        total = ranking.total
        evidence = SearchEvidence(
            passage=float(ranking.passage.max()),
            sentence=float(ranking.sentence.max()),
            words=float(ranking.words[first]),
            sentence_words=float(ranking.sentence_words[first]),
            known=weighed.passage_words.known,
            lead=float(total[first] - total[behind].mean()) if behind else 0.0,
            foreign=float(any(hit.article.language != language for hit in hits[:1])),
        )
        return Findings(question, language, hits, self._judge.confidence(evidence), evidence)

    def search_subject(
        self, subject: str, limit: int, within: Period | None = None
    ) -> tuple[Hit, ...]:
        """The `limit` passages nearest to a subject, given by some words and not by a question.

        Their cosines are with what the subject adds to the demand for articles: about 0 where it
        has nothing to do with a passage, which a question's never are.
        """
        vector = self._embedder.embed_question(f"{_SUBJECT_FRAME} {subject}") - self._frame
        length = np.linalg.norm(vector)
        if not length:
            return ()
        languages = self.generation.facts.languages
        passages = self.generation.term_statistics("passages")
        sentences = self.generation.term_statistics("sentences")
        weighed = _Question(
            vector / length,
            detect(subject),
            weigh_subject(subject, languages, passages),
            weigh_subject(subject, languages, sentences),
            frozenset(),
        )
        candidates = self._candidates(weighed, within)
        return (
            self._hits(weighed, _Ranking.of(weighed, candidates), limit)
            if len(candidates.keys)
            else ()
        )

    def _candidates(self, question: _Question, within: Period | None) -> CandidateFeatures:
        query = CandidateQuery(
            question.vector, question.passage_words.idf, question.sentence_words.idf
        )
        return self.generation.candidates(
            query, PASSAGE_CANDIDATES, SENTENCE_CANDIDATES, within, self._among
        )

    @cached_property
    def _frame(self) -> Vectors:
        return self._embedder.embed_question(_SUBJECT_FRAME)

    def _hits(self, question: _Question, ranking: _Ranking, limit: int) -> tuple[Hit, ...]:
        chosen = ranking.order[:limit]
        found = self.generation.stored(ranking.keys[chosen].tolist())
        passages = {stored.key: stored for stored in found}
        ids = dict.fromkeys(stored.article_id for stored in found)
        articles = self.generation.articles_by_id(list(ids))
        hits = []
        for at in chosen:
            stored = passages.get(int(ranking.keys[at]))
            article = articles.get(stored.article_id) if stored else None
            if stored is None or article is None:
                continue  # withdrawn since it was found
            first = ranking.offsets[at]
            values = ranking.sentence_values[first : first + len(stored.passage.sentences)]
            sentences = _ranked(question, values, article, stored.passage)
            hits.append(Hit(article, stored.passage, ranking.scores(at), sentences))
        return tuple(hits)


def _ranked(
    question: _Question, values: Vectors, article: Article, passage: Passage
) -> tuple[RankedSentence, ...]:
    before, *sentences = (
        frozenset(keyed_terms(text, article.language))
        for text in (
            lexical_text(article, passage.heading, ""),
            *(sentence.text for sentence in passage.sentences),
        )
    )
    shares = spoken_of(question.passage_words.idf, question.names, before, sentences)
    scores = quotable_scores(values, np.array(shares, dtype=np.float32))
    echoes: list[float | None] = [None] * len(sentences)
    if article.language == question.language:
        words = question.passage_words.idf.keys()
        echoes = [max(0, len(words & terms) - 1) / max(1, len(words)) for terms in sentences]
    return tuple(
        RankedSentence(sentence, float(score), echo)
        for sentence, score, echo in zip(passage.sentences, scores, echoes, strict=True)
    )
