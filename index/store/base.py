"""The contract of a store: generations of an index, one of them in service.

A generation is a complete build and never changes: `index.store.generation` is how to read it,
`index.store.build_turn` how to write it, `index.store.factory` how to open a store.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from index.article import Article, ArticleEntry, Copy
from index.errors import DamagedIndex
from index.store.builder_status import BuilderStatus
from index.store.generation import SHORTEST_PREFIX, BuildFacts, GenerationFacts

if TYPE_CHECKING:  # callers that only list what is indexed do not load NumPy
    from index.store.build_turn import (
        BuildPart,
        PreviousGeneration,
        StopCheck,
        VectorCheckpoint,
    )
    from index.store.draft import Draft
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
        return tuple(
            sorted(self._articles.values(), key=lambda article: (article.day, article.title))
        )

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._articles)

    def __len__(self) -> int:
        return len(self._articles)

    def find(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Match an id, an id prefix, a path or title, or a file name; the first way that matches
        any article wins."""
        ways: tuple[Callable[[RemovedArticle], bool], ...] = (
            lambda article: article.id == reference,
            lambda article: len(reference) >= SHORTEST_PREFIX and article.id.startswith(reference),
            lambda article: reference in (article.path, article.title),
            lambda article: article.path.partition("#")[0].rpartition("/")[2] == reference,
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


class Addition(Protocol):
    """New articles being added to the previous generation. Raises StoreError."""

    @property
    def writer(self) -> Draft: ...

    def take(self, ids: Collection[str]) -> None:
        """Copy these articles and copies from the previous generation, as copies of nothing."""

    def seal(
        self,
        deleted_ids: Collection[str],
        deleted_sources: Collection[str],
        build: BuildFacts,
        check: StopCheck,
    ) -> GenerationFacts:
        """Make the previous generation with the new articles, without the deleted articles, copies
        and files, durable; it is not in service yet."""

    def switch(self) -> None:
        """Put it in service, atomically for readers."""


class BuildTurn(Protocol):
    """The one build in progress: nobody else writes meanwhile. Raises StoreError. `previous` is the
    generation in service, of any model, if it is undamaged."""

    @property
    def previous(self) -> PreviousGeneration | None: ...

    @property
    def growable(self) -> PreviousGeneration | None:
        """The previous generation, if it can be added to."""

    def addition(self) -> AbstractContextManager[Addition]:
        """An addition to the growable generation, discarded on exit unless sealed."""

    def put_aside(self) -> AbstractContextManager[PreviousGeneration | None]:
        """The newest generation that a rollback took out of service, if any."""

    def checkpoint(
        self, model: str, dimension: int
    ) -> AbstractContextManager[VectorCheckpoint]: ...

    def draft(self, *, alike: bool) -> AbstractContextManager[Draft]:
        """A new generation, discarded on exit unless switched to. If the previous one was read and
        cut `alike`, its unchanged articles are reused."""

    def switch(self, draft: Draft) -> None:
        """Make a sealed draft durable, then put it in service, atomically for readers."""

    def clean(self) -> None:
        """Remove generations older than the previous one, unless they are being read."""


class IndexStore(Protocol):
    """A store of one index; its readers hide the articles in `removals`. Raises StoreError."""

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

    def build_turn(self, part: BuildPart | None = None) -> AbstractContextManager[BuildTurn]:
        """Exclusive access for one build, or for one part of a build, beside the others. Raises
        BuildLocked, and StoreError if the store serves only one machine."""
