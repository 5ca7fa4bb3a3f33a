"""The articles on a subject, as a list that people leaf through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.library.articles import Library
from index.article import Article
from index.findings import Hit, Scores
from index.ingestion.passages import cut
from tests.index.samples import article


def hit(name: str, meaning: float, words: float = 0.0) -> Hit:
    source = article(name, f"Le canal {name} va à la mer.")
    scores = Scores(meaning / 2, meaning / 2, words, meaning + words)
    return Hit(source, cut(source)[0], scores, ())


@dataclass
class Found:
    """An index in which everything finds the same, with articles by Jeanne Petit."""

    hits: tuple[Hit, ...]
    own: tuple[Article, ...] = ()

    def searcher(self) -> Found:
        return self

    @property
    def generation(self) -> Found:
        return self

    def search_subject(self, words: str, limit: int) -> tuple[Hit, ...]:
        return self.hits

    def by_author(self, name: str) -> Found | None:
        return self if name == "jeanne petit" else None

    def articles(self, limit: int) -> tuple[Article, ...]:
        return self.own

    def articles_by_id(self, ids: list[str]) -> dict[str, Article]:
        return {entry.id: entry for entry in self.own if entry.id in ids}


def ranked(*hits: Hit, words: str = "canal", own: tuple[Article, ...] = ()) -> list[str]:
    index: Any = Found(hits, own)
    return [entry.title for entry in Library(index).rank(words)]


def test_an_authors_articles_come_before_those_with_the_whole_name() -> None:
    own, other = article("vent", "Le vent."), hit("pont jeanne petit", 0.1, words=0.8)
    weak = hit("petit", 0.3, words=0.4)
    assert ranked(weak, other, words="jeanne petit", own=(own,)) == [own.title, other.article.title]


def test_articles_with_the_words_or_near_in_meaning_are_listed_once_best_first() -> None:
    un, deux, trois = hit("un", 0.1, words=0.8), hit("deux", 0.3), hit("trois", 0.05)
    found = ranked(un, deux, hit("un", 0.28), trois, hit("quatre", 0.29))
    assert found == [deux.article.title, hit("quatre", 0).article.title, un.article.title]


def test_what_is_near_to_nothing_is_listed_for_its_words_alone() -> None:
    worded = hit("un", 0.02, words=0.4)
    assert ranked(worded, hit("deux", 0.12)) == [worded.article.title]
    assert ranked(hit("deux", 0.16)) == []
    assert ranked() == []
