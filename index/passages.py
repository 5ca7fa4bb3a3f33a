"""From an article to the passages that are retrieved and the sentences that are quoted."""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Article

PASSAGE_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text == article.text[start:end]`, without surrounding white space."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one section of an article: `text == article.text[start:end]`.

    `sentences` lie inside it in reading order; `heading` is the section's, empty before the first.
    """

    start: int
    end: int
    text: str
    heading: str
    sentences: tuple[Sentence, ...]


def cut(article: Article, limit: int = PASSAGE_LIMIT) -> tuple[Passage, ...]:
    """The passages of an article, in reading order."""
    raise NotImplementedError
