"""The contract of a store: generations of an index, one of them in service.

A generation is a complete build and never changes: `index.store.generation` is how to read it,
`index.store.build_turn` how to write it, `index.store.factory` how to open a store.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from index.article import Article, ArticleEntry, Copy
from index.errors import DamagedIndex
from index.store.builder_status import BuilderStatus
from index.store.generation import SHORTEST_PREFIX, GenerationFacts

if TYPE_CHECKING:  # callers that only list what is indexed do not load NumPy
    from index.store.build_turn import BuildPart, BuildTurn, PartTurn
    from index.store.open_generation import OpenGeneration


@dataclass(frozen=True, slots=True)
class RemovedArticle:
    """An article that the operator removed, with its title and path at that time."""

    id: str
    title: str
    path: str
    day: date


Removable: TypeAlias = "Article | ArticleEntry | Copy | RemovedArticle"


class RemovedArticles(ABC):
    """Articles that the operator removed: builds leave them out, and open readers hide them from
    the next call on. Raises StoreError."""

    _articles: dict[str, RemovedArticle]

    @property
    def articles(self) -> tuple[RemovedArticle, ...]:
        """By day of removal, then title."""
        return tuple(sorted(self._articles.values(), key=lambda each: (each.day, each.title)))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._articles)

    def __len__(self) -> int:
        return len(self._articles)

    def find(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Match an id, an id prefix, a path or title, or a file name; the first way that matches
        any article wins."""
        ways: tuple[Callable[[RemovedArticle], bool], ...] = (
            lambda each: each.id == reference,
            lambda each: len(reference) >= SHORTEST_PREFIX and each.id.startswith(reference),
            lambda each: reference in (each.path, each.title),
            lambda each: each.path.partition("#")[0].rpartition("/")[2] == reference,
        )
        matches = (tuple(filter(way, self.articles)) for way in ways)
        return next(filter(None, matches), ())

    @abstractmethod
    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        """Remove these, effective at once; `day` defaults to today."""

    @abstractmethod
    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Take the matching articles off the list and return them; if the generation in service
        still has them, they are visible again at once."""


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """Result of a full integrity check of the generation in service. `before` is the id of the
    generation that a rollback would restore, `size` the bytes of the whole store."""

    facts: GenerationFacts
    before: str | None
    size: int
    damage: DamagedIndex | None


class IndexStore(Protocol):
    """A store of one index; its readers hide the articles in `removals`. Raises StoreError."""

    @property
    def folder(self) -> Path | None:
        """The local folder that changes with the index, or None if it is remote."""

    @property
    def workplace(self) -> Path:
        """The local folder where builds keep caches and resumable work."""

    def current_id(self) -> str | None:
        """Id of the generation in service; None before the first build. Raises DamagedIndex."""

    def facts(self) -> GenerationFacts:
        """Facts of the generation in service, without opening it. Raises NoIndex, DamagedIndex."""

    def open(self, *, model: str, dimension: int) -> OpenGeneration:
        """Open the generation in service for questions embedded by this model. Raises NoIndex,
        DamagedIndex, ModelMismatch."""

    def browse(self) -> OpenGeneration:
        """Open the generation in service, of any model. Raises NoIndex, DamagedIndex."""

    def check(self) -> StoreCheck:
        """Verify every byte of the generation in service. Raises NoIndex."""

    def roll_back(self) -> GenerationFacts:
        """Put the previous generation back in service. Raises NoIndex, BuildLocked, DamagedIndex,
        or StoreError if there is none; the index in service then stays as it was."""

    def export(self, folder: Path) -> GenerationFacts:
        """Write the generation in service to a folder, and verify it.

        The folder may be missing, empty, or an earlier export, which is replaced once the new one
        is complete. Raises NoIndex, DamagedIndex, and StoreError if the folder holds anything else
        or the generation holds removed articles.
        """

    def take(self, folder: Path) -> GenerationFacts:
        """Import an export and put it in service, keeping the previous generation.

        Raises DamagedIndex for an incomplete export, BuildLocked, StoreError; the index in service
        then stays as it was.
        """

    def removals(self) -> RemovedArticles: ...

    def note_builder(self, status: BuilderStatus) -> None:
        """Store the builder's status."""

    def builder_status(self) -> BuilderStatus | None:
        """The builder's status, or None if it never noted any."""

    def build_turn(self) -> AbstractContextManager[BuildTurn]:
        """Exclusive access for one build. Raises BuildLocked."""

    def part_turn(
        self, part: BuildPart, model: str, dimension: int
    ) -> AbstractContextManager[PartTurn]:
        """Access for one part of a build, beside others. Raises BuildLocked if another process
        works on this part, StoreError if the store serves only one machine."""
