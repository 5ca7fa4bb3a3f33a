"""The contract of a store: generations of an index, one of them in service.

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

from index.article import Article, ArticleEntry, Copy
from index.errors import DamagedIndex
from index.store.builder_status import BuilderStatus
from index.store.reader import SHORTEST_PREFIX, GenerationFacts, GenerationReader

if TYPE_CHECKING:  # NumPy is not loaded for those who only ask what is indexed
    from index.store.build_turn import BuildPart, BuildTurn, PartTurn


@dataclass(frozen=True, slots=True)
class RemovedArticle:
    """An article that the operator removed, with its title and path on that day."""

    id: str
    title: str
    path: str
    day: date


Removable: TypeAlias = "Article | ArticleEntry | Copy | RemovedArticle"


class RemovedArticles(ABC):
    """The articles that the operator removed: builds leave them out, and open readers hide them
    from their next call on. Raises StoreError."""

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
        """Match an id, an id prefix, a path or title, or a file name; the first kind that matches
        any article decides."""
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
        """Remove these, effective at once; `day` is today by default."""

    @abstractmethod
    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Take the matching articles off the list and return them.

        Those that the generation in service still holds are visible again at once.
        """


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """Result of a full integrity check of the generation in service.

    `before` is the id of the generation that a rollback would restore; `size` is that of the whole
    store, in bytes.
    """

    facts: GenerationFacts
    before: str | None
    size: int
    damage: DamagedIndex | None


class IndexStore(Protocol):
    """A store of one index. Its readers hide the articles that are `removed` at that moment.

    Raises StoreError if it cannot be read or written.
    """

    @property
    def folder(self) -> Path | None:
        """The local folder that changes with the index; None if it is not on this machine."""
        ...

    @property
    def workplace(self) -> Path:
        """The local folder where builds keep what spares the next one work."""
        ...

    def current_id(self) -> str | None:
        """Id of the generation in service; None before the first build. Raises DamagedIndex."""
        ...

    def facts(self) -> GenerationFacts:
        """Facts of the generation in service, without opening it. Raises NoIndex, DamagedIndex."""
        ...

    def open(self, *, model: str, dimension: int) -> GenerationReader:
        """Open the generation in service for questions embedded by this model.

        Raises NoIndex, DamagedIndex, ModelMismatch.
        """
        ...

    def browse(self) -> GenerationReader:
        """Open the generation in service, whatever its model. Raises NoIndex, DamagedIndex."""
        ...

    def check(self) -> StoreCheck:
        """Verify every byte of the generation in service. Raises NoIndex."""
        ...

    def roll_back(self) -> GenerationFacts:
        """Put the previous generation back in service.

        Raises NoIndex, BuildLocked, DamagedIndex, or StoreError if there is no previous one; the
        index in service then stays as it was.
        """
        ...

    def export(self, folder: Path) -> GenerationFacts:
        """Write the generation in service to a folder of its own, and verify it.

        The folder may be missing, empty, or an earlier export, which is replaced once the new one
        is complete. Raises NoIndex, DamagedIndex, and StoreError if the folder holds anything else
        or the generation holds removed articles.
        """
        ...

    def take(self, folder: Path) -> GenerationFacts:
        """Import an export and put it in service, as a build would; the previous one is kept.

        Raises DamagedIndex for an incomplete export, BuildLocked, StoreError; the index in service
        then stays as it was.
        """
        ...

    def removed(self) -> RemovedArticles: ...

    def note_builder(self, status: BuilderStatus) -> None:
        """Keep what the builder did, for `builder_status`."""
        ...

    def builder_status(self) -> BuilderStatus | None:
        """None if no builder has noted anything."""
        ...

    def build_turn(self) -> AbstractContextManager[BuildTurn]:
        """Exclusive access for one build. Raises BuildLocked."""
        ...

    def part_turn(
        self, part: BuildPart, model: str, dimension: int
    ) -> AbstractContextManager[PartTurn]:
        """Access for one part of a build, beside others.

        Raises BuildLocked if this very part is being worked on, StoreError if the store serves only
        one machine.
        """
        ...
