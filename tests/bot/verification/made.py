"""Passages to hold claims against, and short ways to ask what is wrong with one."""

from __future__ import annotations

import hashlib
import re
from datetime import date

import numpy as np

from bot.verification.checker import FactChecker
from bot.verification.claim import Claim, ClaimFault, GivenPassage
from index.article import Article, article_id
from index.build.passages import cut
from index.models.bundled.words import WordVectors

DIMENSION = 64


def given(
    text: str,
    number: int = 1,
    title: str = "Une journée au port",
    language: str = "fr",
    published: date | None = date(2024, 5, 6),
) -> GivenPassage:
    """A passage under a number: the whole of a short article."""
    article = Article(
        id=article_id(title + text[:20]),
        text=text,
        title=title,
        path="article.md",
        language=language,
        published=published,
    )
    (passage,) = cut(article)
    return GivenPassage(number, article, passage, passage.sentences)


def fault(
    checker: FactChecker, claim: str, *passages: str, language: str = "fr"
) -> ClaimFault | None:
    """What is wrong with a sentence that cites all of these passages."""
    read = [given(text, at, language=language) for at, text in enumerate(passages, 1)]
    numbers = tuple(each.number for each in read)
    return checker.check(Claim(claim, numbers), read, "Que s’est-il passé ?").fault


class HashReader:
    """A reader without a model: the same word has the same vector everywhere."""

    def read(self, text: str) -> WordVectors:
        spans = tuple(match.span() for match in re.finditer(r"\d+|[^\W\d]+|\S", text))
        vectors = np.zeros((len(spans), DIMENSION), np.float32)
        for row, (start, end) in enumerate(spans):
            digest = hashlib.blake2b(text[start:end].lower().encode(), digest_size=4).digest()
            vectors[row, int.from_bytes(digest, "big") % DIMENSION] = 1
        return WordVectors(spans, vectors)
