"""Retrieve and rank the passages that may answer a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from index.article import Article, ArticleEntry, Passage, Period, Selection, lexical_text
from index.findings import Findings, Hit, RankedSentence, Scores, SearchEvidence
from index.models.base import Embedder, IntArray, Vectors
from index.search.confidence import ConfidenceModel
from index.search.figures import expect_figure
from index.search.question_words import (
    QuestionWords,
    is_bare,
    question_names,
    restore_spelling,
    spell_out,
    weigh_subject,
    weigh_words,
)
from index.search.scoring import (
    passage_scores,
    quotable_scores,
    sentence_scores,
    spoken_of,
    word_scores,
)
from index.store.generation import CandidateQuery, CandidateSignals
from index.store.open_generation import OpenGeneration
from index.text.folding import fold_phrase
from index.text.language import detect, keyed_terms

# Nominations by each retriever; all nominated passages are scored in full.
PASSAGE_CANDIDATES = 100
SENTENCE_CANDIDATES = 200
_SPELLING_HITS = 50  # passages whose spelling a question without accents or capitals takes
_RUNNERS_UP = 10  # passages that the first one is compared with

_ARTICLE = re.compile(r"^(?:(?:le|la|les|the) |l')")

# A subject is embedded in this frame, whose own vector is then subtracted: a few words alone say
# little to an embedding model, and some passages are near to any words (cf. Holtzman et al.,
# "Surface Form Competition", 2021).
_SUBJECT_FRAME = "Articles sur"


@dataclass(frozen=True, slots=True)
class _Question:
    """An embedded question with its terms, weighted for the passages and sentences of an index."""

    vector: Vectors
    language: str
    passage_words: QuestionWords
    sentence_words: QuestionWords
    names: frozenset[str]
    figure: float = 0.0  # see `expect_figure`


@dataclass(frozen=True)
class _Ranking:
    """Candidates with their scores, arrays of shape (candidates,). `words` are word scores,
    `sentence_values` the scores of all sentences (see `CandidateSignals.offsets`)."""

    signals: CandidateSignals
    words: Vectors
    sentence: Vectors
    sentence_words: Vectors
    sentence_values: Vectors
    total: Vectors

    @classmethod
    def of(cls, question: _Question, signals: CandidateSignals) -> _Ranking:
        words = word_scores(signals.bm25, question.passage_words.idf)
        sentence_words = word_scores(signals.sentence_bm25, question.sentence_words.idf)
        values = sentence_scores(signals.sentence_cosines, sentence_words)
        best = np.maximum.reduceat(values, signals.offsets)
        return cls(
            signals=signals,
            words=words,
            sentence=np.maximum.reduceat(signals.sentence_cosines, signals.offsets),
            sentence_words=np.maximum.reduceat(sentence_words, signals.offsets),
            sentence_values=values,
            total=passage_scores(signals.cosines, best, words, signals.openings),
        )

    @cached_property
    def order(self) -> IntArray:
        """Indices of the candidates, best first, ties by key."""
        return np.lexsort((self.signals.keys, -self.total))

    def scores(self, at: int) -> Scores:
        arrays = (self.signals.cosines, self.sentence, self.words, self.total)
        return Scores(*(float(array[at]) for array in arrays))


class Searcher:
    """Ranks the passages of an open generation, or of a selection of its articles. Thread-safe."""

    def __init__(
        self,
        generation: OpenGeneration,
        embedder: Embedder,
        judge: ConfidenceModel,
        among: Selection | None = None,
    ) -> None:
        self.generation = generation
        self._embedder = embedder
        self._judge = judge
        self._among = among

    def among(self, selection: Selection) -> Searcher:
        """A searcher restricted to these articles."""
        return Searcher(self.generation, self._embedder, self._judge, selection)

    def without(self, closed: tuple[Selection, ...]) -> Searcher:
        """A searcher for somebody to whom these articles are closed."""
        generation = self.generation.without(closed)
        return Searcher(generation, self._embedder, self._judge, self._among)

    def by_author(self, name: str) -> Searcher | None:
        """A searcher restricted to the authors with these words as their name or, if several, in
        it; None without any."""
        words = fold_phrase(name)
        several = " " in words
        authors = tuple(
            author
            for author, folded in self._authors.items()
            if words == folded or (several and f" {words} " in f" {folded} ")
        )
        return self.among(replace(self._among or Selection(), authors=authors)) if authors else None

    def by_outlet(self, name: str) -> Searcher | None:
        """A searcher restricted to the outlets of this name, with or without its article (« Le
        Monde »); None without any."""
        words = _ARTICLE.sub("", fold_phrase(name))
        names = self.generation.facet("outlet")
        outlets = [outlet for outlet in names if _ARTICLE.sub("", fold_phrase(outlet)) == words]
        scope = self._among or Selection()
        return self.among(replace(scope, outlets=tuple(outlets))) if outlets else None

    def articles(
        self, within: Period | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        """Articles without their texts, newest first; `limit` is unbounded if negative."""
        return self.generation.articles(self._scope(within), limit, skip)

    def count(self, within: Period | None = None) -> int:
        """Number of articles, or of those published in the period."""
        return self.generation.count(self._scope(within))

    def select(self, articles: Iterable[Article], within: Period | None = None) -> list[Article]:
        """The searchable ones of these articles, in their order."""
        scope = self._scope(within)
        return [article for article in articles if scope is None or article in scope]

    def find(self, reference: str) -> list[ArticleEntry]:
        """Match an id, a path, an address or a title."""
        entries = self.generation.find(reference)
        return [entry for entry in entries if self._among is None or entry in self._among]

    def search(self, question: str, limit: int = 10, within: Period | None = None) -> Findings:
        """The `limit` best passages for a question, with the confidence that they answer it;
        `within` restricts the publication date.

        A question typed without accents or capitals is searched again as the passages spell it.
        """
        language = detect(question)
        bare, typed = is_bare(question), question
        if bare and language == "fr":
            question = spell_out(question)
        query = self._query(question, language)
        ranking = self._rank(query, within)
        if bare and ranking is not None:
            best = self._best(ranking, _SPELLING_HITS)
            texts = (f"{article.title}\n{passage.text}" for _, article, passage in best)
            spelled = restore_spelling(question, language, texts, typed=typed)
            if spelled != question:
                question, query = spelled, self._query(spelled, language)
                ranking = self._rank(query, within)
        if ranking is None:
            return Findings(question, language, (), 0.0)
        hits = self._hits(query, ranking, limit)
        first, *behind = ranking.order[: 1 + _RUNNERS_UP]
        total = ranking.total
        evidence = SearchEvidence(
            passage=float(ranking.signals.cosines.max()),
            sentence=float(ranking.sentence.max()),
            words=float(ranking.words[first]),
            sentence_words=float(ranking.sentence_words[first]),
            known=query.passage_words.known_share,
            lead=float(total[first] - total[behind].mean()) if behind else 0.0,
            foreign=float(any(hit.article.language != language for hit in hits[:1])),
        )
        return Findings(question, language, hits, self._judge.probability(evidence), evidence)

    def _query(self, question: str, language: str) -> _Question:
        vector = self._embedder.embed_question(question)
        return _Question(
            vector,
            language,
            weigh_words(question, language, self.generation.term_statistics("passages")),
            weigh_words(question, language, self.generation.term_statistics("sentences")),
            question_names(question, language),
            expect_figure(vector, self._embedder),
        )

    def search_subject(
        self, subject: str, limit: int, within: Period | None = None
    ) -> tuple[Hit, ...]:
        """The `limit` passages nearest to a subject, which is a few words and not a question.

        Cosines are with what the subject adds to its frame: about 0 for unrelated passages, unlike
        those of a question.
        """
        vector = self._embedder.embed_question(f"{_SUBJECT_FRAME} {subject}") - self._frame
        length = np.linalg.norm(vector)
        if not length:
            return ()
        languages = self.generation.facts.languages
        passages = self.generation.term_statistics("passages")
        sentences = self.generation.term_statistics("sentences")
        query = _Question(
            vector / length,
            detect(subject),
            weigh_subject(subject, languages, passages),
            weigh_subject(subject, languages, sentences),
            frozenset(),
        )
        ranking = self._rank(query, within)
        return () if ranking is None else self._hits(query, ranking, limit)

    def _rank(self, question: _Question, within: Period | None) -> _Ranking | None:
        """Rank the candidates; None without any."""
        candidates = self.generation.candidates(
            CandidateQuery(
                question.vector,
                question.passage_words.idf,
                question.sentence_words.idf,
                PASSAGE_CANDIDATES,
                SENTENCE_CANDIDATES,
                self._scope(within),
            )
        )
        return _Ranking.of(question, candidates) if len(candidates.keys) else None

    def _scope(self, within: Period | None) -> Selection | None:
        return self._among if within is None else (self._among or Selection()).during(within)

    @cached_property
    def _authors(self) -> dict[str, str]:
        """The authors of all articles, each with the folded name."""
        return {author: fold_phrase(author) for author in self.generation.facet("author")}

    @cached_property
    def _frame(self) -> Vectors:
        return self._embedder.embed_question(_SUBJECT_FRAME)

    def _hits(self, question: _Question, ranking: _Ranking, limit: int) -> tuple[Hit, ...]:
        hits = []
        for at, article, passage in self._best(ranking, limit):
            first = ranking.signals.offsets[at]
            values = ranking.sentence_values[first : first + len(passage.sentences)]
            sentences = _rank_sentences(question, values, article, passage)
            hits.append(Hit(article, passage, ranking.scores(at), sentences))
        return tuple(hits)

    def _best(self, ranking: _Ranking, limit: int) -> Iterator[tuple[int, Article, Passage]]:
        """The first passages of a ranking, but for those withdrawn in the meantime."""
        keys = ranking.signals.keys
        best = ranking.order[:limit]
        passages = {
            passage.key: passage for passage in self.generation.passages_by_key(keys[best].tolist())
        }
        ids = dict.fromkeys(passage.article_id for passage in passages.values())
        articles = self.generation.articles_by_id(list(ids))
        for at in best:
            passage = passages.get(int(keys[at]))
            article = articles.get(passage.article_id) if passage else None
            if passage is not None and article is not None:
                yield at, article, passage.passage


def _rank_sentences(
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
    words = question.passage_words.idf.keys()
    figures = [any(":" not in term for term in terms - words) for terms in sentences]
    scores = quotable_scores(values, np.array(shares, np.float32), figures, question.figure)
    echoes: list[float | None] = [None] * len(sentences)
    if article.language == question.language:
        echoes = [max(0, len(words & terms) - 1) / max(1, len(words)) for terms in sentences]
    return tuple(
        RankedSentence(sentence, float(score), echo)
        for sentence, score, echo in zip(passage.sentences, scores, echoes, strict=True)
    )
