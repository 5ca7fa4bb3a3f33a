"""Summary of an article: its most central sentences that stand alone, in its own order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import decide_by_articles
from bot.archive.lede import is_continuation, is_statement
from bot.archive.material import find_material
from bot.archive.outcome import refuse_subject
from bot.archive.request import ArchiveRequest
from index.article import Article, Passage, Period, Sentence
from index.ingestion.passages import cut
from index.models.base import Vectors
from index.search.searcher import Searcher
from index.store.open_generation import OpenGeneration
from index.text.antecedents import find_leads

_SUMMARY_SENTENCES = 7
_SUMMARY_WORDS = 190
_EARLY_BONUS = 0.2  # of the first sentence, half of it for the second: news comes first
_REPETITION_PENALTY = 0.5  # Carbonell & Goldstein, "The Use of MMR" (1998)


@dataclass(frozen=True, slots=True)
class ArticleSentence:
    """A sentence with its passage, and the earlier one that it leans on."""

    sentence: Sentence
    passage: Passage
    lead: Sentence | None


def article_sentences(article: Article, passages: Sequence[Passage]) -> list[ArticleSentence]:
    return [
        ArticleSentence(sentence, passage, lead)
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
        for number, row in enumerate(sorted(_select(article, sentences, vectors)), 1)
    )
    return Answer(
        question=article.title,
        language=article.language,
        outcome=decide_by_articles([article] if citations else []).outcome,
        confidence=1.0,
        statements=tuple(Statement(citation.quote, (citation.number,)) for citation in citations),
        citations=citations,
    )


def _select(article: Article, sentences: Sequence[ArticleSentence], vectors: Vectors) -> list[int]:
    """The rows of the most central sentences; one that leans on another only after it."""
    candidates = [
        row
        for row, candidate in enumerate(sentences)
        if is_statement(candidate.sentence, article)
        and not (is_continuation(candidate.sentence.text) and candidate.lead is None)
    ]
    if not candidates:
        return []
    mean = vectors.mean(axis=0)
    centrality = vectors @ (mean / np.linalg.norm(mean))
    centrality += _EARLY_BONUS / (1 + np.arange(len(sentences)))
    rows = {sentence.sentence.start: row for row, sentence in enumerate(sentences)}
    selection: list[int] = []
    words = 0

    def gain(row: int) -> float:
        repetition = max((float(vectors[row] @ vectors[other]) for other in selection), default=0.0)
        return float(centrality[row]) - _REPETITION_PENALTY * repetition

    def stands(row: int) -> bool:
        lead = sentences[row].lead
        return lead is None or rows.get(lead.start) in selection

    while len(selection) < _SUMMARY_SENTENCES and (free := list(filter(stands, candidates))):
        best = max(free, key=gain)
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
    """Summarise the article of this title, or the nearest one, of the day or month if named."""
    titled = searcher.find(request.about)
    if titled:
        article = searcher.generation.articles_by_id([titled[0].id])[titled[0].id]
        return _summary_of(article, request, searcher, is_near=False)
    material = find_material(request, searcher)
    if material is None and request.period is not None:
        near = Period(request.period.first - timedelta(1), request.period.last + timedelta(1))
        request = replace(request, period=near)
        material = find_material(request, searcher)
    if material is None:
        return refuse_subject(request, searcher)
    best = max(
        material.subject.articles, key=lambda own: (own.in_title, material.nearness(own.article))
    )
    return _summary_of(best.article, request, searcher, is_near=material.is_near)


def _summary_of(
    article: Article, request: ArchiveRequest, searcher: Searcher, *, is_near: bool
) -> Answer:
    summary = summarise_stored(article, searcher.generation)
    if summary.outcome == "no":
        return refuse_subject(request, searcher)
    outcome = decide_by_articles([article], is_near=is_near).outcome
    return replace(
        summary,
        question=request.question,
        language=request.language,
        outcome=outcome,
        intent=request.function,
    )
