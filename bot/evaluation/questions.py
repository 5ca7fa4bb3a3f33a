"""A question whose answer is known."""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Article


@dataclass(frozen=True, slots=True)
class Gold:
    """An answer that counts as right; `start` is where it stands in its article, if known."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what is known of its answer.

    `articles` are the ids of the articles that hold the answer, empty when any may; `place` is
    where the question stands in its file, as a person would look for it.
    """

    text: str
    place: str
    answerable: bool
    golds: tuple[Gold, ...] = ()
    articles: frozenset[str] = frozenset()

    @property
    def judged(self) -> bool:
        """Whether enough is known to tell a right passage from a wrong one."""
        return self.answerable and bool(self.golds or self.articles)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file; `articles` is empty when they are asked of the index in service.

    `groups` gives each article, by id, the entry it came from: the articles of one entry are on one
    subject.
    """

    name: str
    questions: tuple[Question, ...]
    articles: tuple[Article, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()
