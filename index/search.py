"""From a question to the passages that may answer it, best first."""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Article
from index.passages import Passage, Sentence


@dataclass(frozen=True, slots=True)
class Scores:
    """Why a passage stands where it stands.

    `passage` and `sentence` are cosines with the question (the passage's own, and that of its best
    sentence), `lexical` is BM25 divided by the best BM25 of this question (0..1), `total` is what
    the passages are ranked by.
    """

    passage: float
    sentence: float
    lexical: float
    total: float


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence of a hit with how well it alone answers the question (higher is better)."""

    sentence: Sentence
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `sentences` follow `passage.sentences`, in reading order."""

    article: Article
    passage: Passage
    scores: Scores
    sentences: tuple[RankedSentence, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What the index has to say to a question: hits best first, and how sure it is.

    `confidence` is the probability (0..1) that the corpus holds the answer at all.
    """

    question: str
    language: str
    hits: tuple[Hit, ...]
    confidence: float
