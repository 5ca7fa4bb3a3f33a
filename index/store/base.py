"""What a store of an index offers: generations that follow each other, one of them in service.

A generation is one complete build, never changed again: `index.store.reader` says how it is read,
`index.store.build_turn` how it is written. `index.store.factory` knows the stores there are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from index.article import Article, ArticleEntry
from index.errors import DamagedIndex
from index.store.reader import SHORTEST_PREFIX, GenerationFacts, GenerationReader

if TYPE_CHECKING:  # NumPy is not loaded for those who only ask what is indexed
    from index.store.build_turn import BuildPart, BuildTurn, PartTurn


@dataclass(frozen=True, slots=True)
class RemovedArticle:
    """An article that was taken out, as it was called that day."""

    id: str
    title: str
    path: str
    day: date


Removable: TypeAlias = "Article | ArticleEntry | RemovedArticle"


class RemovedArticles(ABC):
    """The articles that the operator took out: no build takes them in, and no generation shows
    them, from the next call of its reader on. Raises StoreError."""

    _articles: dict[str, RemovedArticle]

    @property
    def articles(self) -> tuple[RemovedArticle, ...]:
        """Those taken out, by day, then title."""
        return tuple(sorted(self._articles.values(), key=lambda each: (each.day, each.title)))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._articles)

    def __len__(self) -> int:
        return len(self._articles)

    def find(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Those that an id, the beginning of one, a path, a title or a file's name means; the first
        of these ways that finds any decides."""
        ways: tuple[Callable[[RemovedArticle], bool], ...] = (
            lambda each: each.id == reference,
            lambda each: len(reference) >= SHORTEST_PREFIX and each.id.startswith(reference),
            lambda each: reference in (each.path, each.title),
            lambda each: each.path.partition("#")[0].rpartition("/")[2] == reference,
        )
        for means in ways:
            if matches := tuple(filter(means, self.articles)):
                return matches
        return ()

    @abstractmethod
    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        """Withdraw these at once; `day` is today by default."""

    @abstractmethod
    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Let these in again, at once where the generation in service has them; return none if the
        reference means none of the list."""


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What a look at every byte of the generation in service found.

    `before` is the id of the one that a rollback would put back; `size` counts the bytes of the
    whole store.
    """

    facts: GenerationFacts
    before: str | None
    size: int
    damage: DamagedIndex | None


class IndexStore(Protocol):
    """Where an index lies: its generations, and which of them is in service.

    Every reader that it opens hides the articles that are `removed` at that moment.
    Raises StoreError where it cannot be read or written.
    """

    @property
    def folder(self) -> Path | None:
        """Where its files lie and change on this machine; None where they lie elsewhere."""
        ...

    def current_id(self) -> str | None:
        """The generation in service; None where nothing was ever built. Raises DamagedIndex."""
        ...

    def facts(self) -> GenerationFacts:
        """Of the generation in service, without opening it. Raises NoIndex, DamagedIndex."""
        ...

    def open(self, *, model: str, dimension: int) -> GenerationReader:
        """The generation in service, for questions embedded by this model.

        Raises NoIndex, DamagedIndex, ModelMismatch.
        """
        ...

    def browse(self) -> GenerationReader:
        """The generation in service, whatever its model. Raises NoIndex, DamagedIndex."""
        ...

    def check(self) -> StoreCheck:
        """Look at every byte of the generation in service. Raises NoIndex."""
        ...

    def roll_back(self) -> GenerationFacts:
        """Put the generation before the one in service back.

        Raises NoIndex, BuildLocked, StoreError where there is nothing before, DamagedIndex: the
        index in service then stays as it was.
        """
        ...

    def export(self, folder: Path) -> GenerationFacts:
        """Write the generation in service to a folder of its own, checked.

        The folder is made, or is empty, or holds an earlier export, which is replaced once the new
        one is whole. Raises NoIndex, DamagedIndex, and StoreError where it holds anything else or
        the generation holds articles that have been withdrawn.
        """
        ...

    def take(self, folder: Path) -> GenerationFacts:
        """Put an exported index in service, whole, as a build would; the one before it is kept.

        Raises DamagedIndex for a folder that is no whole export, BuildLocked, StoreError: the index
        in service then stays.
        """
        ...

    def removed(self) -> RemovedArticles: ...

    def build_turn(self) -> AbstractContextManager[BuildTurn]:
        """Alone at work in the store, for one build. Raises BuildLocked."""
        ...

    def part_turn(
        self, part: BuildPart, model: str, dimension: int
    ) -> AbstractContextManager[PartTurn]:
        """At work on a part of a build, beside others. Raises BuildLocked where somebody is at
        work on this very part, StoreError where the store is for one machine alone."""
        ...
