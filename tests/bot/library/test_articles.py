"""The articles on a subject, as a list that people leaf through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.answering.topic import ON_SUBJECT_MARGIN
from bot.library.articles import LiveLibrary
from index.build.passages import cut
from index.findings import Findings, Hit, Scores
from tests.index.samples import article


def hit(name: str, meaning: float, words: float = 0.0) -> Hit:
    source = article(name, f"Le canal {name} va à la mer.")
    scores = Scores(meaning / 2, meaning / 2, words, meaning + words)
    return Hit(source, cut(source)[0], scores, ())


@dataclass
class Found:
    """An index in which everything finds the same."""

    hits: tuple[Hit, ...]

    def search(self, words: str, limit: int) -> Findings:
        return Findings(words, "fr", self.hits, 0.9)


def ranked(*hits: Hit) -> list[str]:
    index: Any = Found(hits)
    return [each.title for each in LiveLibrary(index).ranked("canal")]


def test_articles_with_the_words_or_near_in_meaning_are_listed_once_in_order() -> None:
    far = 1.7 - ON_SUBJECT_MARGIN - 0.01
    hits = (
        hit("un", 1.6, words=0.8),
        hit("deux", 1.7),
        hit("un", 1.7),
        hit("trois", far),
        hit("quatre", 1.7 - ON_SUBJECT_MARGIN + 0.01),
    )
    assert ranked(*hits) == [hits[0].article.title, hits[1].article.title, hits[4].article.title]


def test_nothing_found_is_an_empty_list() -> None:
    assert ranked() == []
