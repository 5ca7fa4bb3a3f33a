"""An article in a few of its own sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.answer import Answer, Citation, Statement
from index.antecedents import leads
from index.article import Article
from index.build.passages import Passage, Sentence
from index.models.sentence_transformers import Vectors

SENTENCES = 4
MOST_WORDS = 110
SHORTEST = 6  # words; shorter sentences say too little alone
OPENING_BONUS = 0.04  # journalists put the news first
# Carbonell & Goldstein, "The Use of MMR" (1998): what a sentence adds counts against what it
# repeats.
REPETITION = 0.5


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
    worth = {at: float(central[at]) + OPENING_BONUS * (at == open_to[0]) for at in open_to}
    chosen: list[int] = []
    words = 0
    while open_to and len(chosen) < SENTENCES:
        best = max(open_to, key=lambda at: worth[at] - REPETITION * _repeated(at, chosen, vectors))
        open_to.remove(best)
        count = len(sentences[best].sentence.text.split())
        if not chosen or words + count <= MOST_WORDS:
            chosen.append(best)
            words += count
    return chosen


def _stands_alone(telling: Telling) -> bool:
    text = telling.sentence.text
    return not telling.leaning and len(text.split()) >= SHORTEST and not text.endswith((":", "?"))


def _repeated(at: int, chosen: Sequence[int], vectors: Vectors) -> float:
    return max((float(vectors[at] @ vectors[other]) for other in chosen), default=0.0)
