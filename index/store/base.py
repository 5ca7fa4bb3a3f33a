"""The contract of a store: generations of an index, one of them in service.

A generation is a complete build and never changes: `index.store.generation` is how to read it,
`index.store.build` and `index.store.writer` how to write it, `index.store.factory` how to open
a store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.errors import DamagedIndex
from index.store.builder_status import BuilderStatus
from index.store.generation import GenerationFacts

if TYPE_CHECKING:  # callers that only list what is indexed do not load NumPy
    from index.models.base import Embedder
    from index.store.build import PreviousGeneration
    from index.store.open_generation import OpenGeneration
    from index.store.writer import GenerationWriter


@dataclass(frozen=True, slots=True)
class RemovedArticle:
    """An article that the operator removed, with its title and path at that time."""

    id: str
    title: str
    path: str
    day: date


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """Result of a full integrity check of the generation in service. `before` is the id of the
    generation that a rollback would restore, `size` the bytes of the whole store."""

    facts: GenerationFacts
    before: str | None
    size: int
    damage: DamagedIndex | None


class Build(Protocol):
    """The one build in progress: nobody else writes meanwhile. Raises StoreError. `previous` is the
    generation in service, of any model, if it is undamaged."""

    @property
    def previous(self) -> PreviousGeneration | None: ...

    def generation(
        self, embedder: Embedder, *, alike: bool
    ) -> AbstractContextManager[GenerationWriter]:
        """A new generation, discarded on exit unless put in service. If the previous one was read
        and cut `alike`, its unchanged articles are reused."""

    def addition(self, embedder: Embedder) -> AbstractContextManager[GenerationWriter | None]:
        """The same for an addition to the previous generation; None if it cannot be added to."""


class IndexStore(Protocol):
    """A store of one index; open generations hide the articles in `removals`. Raises StoreError."""

    @property
    def workplace(self) -> Path:
        """The local folder where builds keep caches and resumable work."""

    def current_id(self) -> str | None:
        """Id of the generation in service; None before the first build. Raises DamagedIndex."""

    def facts(self) -> GenerationFacts:
        """Facts of the generation in service, without opening it. Raises NoIndex, DamagedIndex."""

    def open(self, embedder: Embedder | None = None) -> OpenGeneration:
        """Open the generation in service: for questions embedded by this model or, without one, to
        browse it. Raises NoIndex, DamagedIndex, ModelMismatch."""

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

    def removed(self) -> Mapping[str, RemovedArticle]:
        """The articles that the operator removed, by id."""

    def change_removed(
        self, additions: Iterable[RemovedArticle], restored_ids: Collection[str]
    ) -> None:
        """Change the removed articles atomically and at once, also for open generations; what is
        already removed stays as it is."""

    def note_builder(self, status: BuilderStatus) -> None:
        """Store the builder's status."""

    def builder_status(self) -> BuilderStatus | None:
        """The builder's status, or None if it never noted any."""

    def start_build(self) -> AbstractContextManager[Build]:
        """Exclusive access for one build, or for one part of a build, beside the others.

        A build that ends without an error removes the generations older than the previous one,
        unless they are being read. Raises BuildLocked, and StoreError if the store serves only one
        machine.
        """
