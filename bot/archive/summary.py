"""Summary of an article: its most central sentences that stand alone, in its own order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import decide_by_articles
from bot.archive.outcome import refuse_subject
from bot.archive.request import ArchiveRequest
from bot.archive.subject import find_subject
from index.article import Article, Passage, Sentence
from index.ingestion.passages import cut
from index.models.base import Vectors
from index.search.searcher import Searcher
from index.store.open_generation import OpenGeneration
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
        statements=tuple(Statement(citation.quote, (citation.number,)) for citation in citations),
        citations=citations,
    )


def _select(sentences: Sequence[ArticleSentence], vectors: Vectors) -> list[int]:
    candidates = [
        row
        for row, candidate in enumerate(sentences)
        if not candidate.is_dependent
        and len(candidate.sentence.text.split()) >= _MIN_WORDS
        and not candidate.sentence.text.endswith((":", "?"))
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


def summarise_stored(article: Article, generation: OpenGeneration) -> Answer:
    """Summarise an article of an index by the vectors of its sentences."""
    passages = [
        each
        for passage in cut(article)
        if (each := generation.passage_at(article.id, passage.start)) is not None
    ]
    if not passages:  # withdrawn since it was opened
        return summarise(article, (), np.empty((0, 0), dtype=np.float32))
    vectors = np.concatenate([generation.sentence_vectors_of(passage.key) for passage in passages])
    return summarise(article, article_sentences(article, [p.passage for p in passages]), vectors)


def tell_summary(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """Summarise the newest article with a subject in its title, or else in its opening."""
    found = find_subject(searcher, request.subject, request.period, request.question)
    best = max(found.articles, key=lambda own: (own.in_title, own.in_opening), default=None)
    if best is None or not best.is_central:
        return refuse_subject(request, searcher)
    summary = summarise_stored(best.article, searcher.generation)
    return replace(
        summary,
        question=request.question,
        language=request.language,
        intent=request.function,
    )
