"""Passages to hold claims against, and short ways to ask what is wrong with one."""

from __future__ import annotations

import hashlib
import re
from datetime import date

import numpy as np

from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotationCache
from bot.verification.checker import FactChecker, find_exact_fault
from bot.verification.claim import ClaimFault, NumberedPassage
from bot.verification.evidence import annotate_evidence
from index.article import Article, article_id
from index.ingestion.passages import cut
from index.models.bundled.words import WordVectors

DIMENSION = 64


def given(
    text: str,
    number: int = 1,
    title: str = "Une journée au port",
    language: str = "fr",
    published: date | None = date(2024, 5, 6),
) -> NumberedPassage:
    """A passage under a number: the whole of a short article."""
    name = article_id(title + text[:20])
    article = Article(name, text, title, "article.md", language, published=published)
    (passage,) = cut(article)
    return NumberedPassage(number, article, passage, passage.sentences)


def exact_fault(claim: str, passage: str) -> ClaimFault | None:
    """What of a sentence is nowhere in the passage."""
    words = AnnotationCache(HashReader())
    evidence = annotate_evidence([given(passage)], words)
    return find_exact_fault(Alignment(words.read(claim, "fr"), evidence))


def credulous() -> FactChecker:
    """A checker without models, whose reader takes every claim for supported."""
    return FactChecker(HashReader(), HashReader())


class HashReader:
    """A reader without a model: the same word has the same vector everywhere, and every text
    supports every claim as far as its logit tells."""

    def support(self, claim: str, evidence: str) -> float:
        return 99.0

    def read(self, text: str) -> WordVectors:
        spans = tuple(match.span() for match in re.finditer(r"\d+|[^\W\d]+|\S", text))
        vectors = np.zeros((len(spans), DIMENSION), np.float32)
        for row, (start, end) in enumerate(spans):
            digest = hashlib.blake2b(text[start:end].lower().encode(), digest_size=4).digest()
            vectors[row, int.from_bytes(digest, "big") % DIMENSION] = 1
        return WordVectors(spans, vectors)
