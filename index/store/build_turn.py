"""What a build asks of a store: its turn, what was there before, and a generation to write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.article import Article
from index.models.base import IntArray, Vectors
from index.store.article_writer import ArticleWriter, PassageWriter
from index.store.articles import SourceRow
from index.store.reader import BuildTerms, GenerationFacts, RowKind

HASH_SIZE = 16  # bytes: 128 bits, so that two texts of one corpus never share a hash by chance
Hashes = npt.NDArray[np.bytes_]

StopCheck = Callable[[], None]
"""Called every so often; it may raise, to stop."""


def text_hash(text: str) -> bytes:
    """What stands for an embedded text when generations are compared."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_SIZE).digest()


def as_hashes(joined: bytes | bytearray) -> Hashes:
    """One hash a row, in an array that sorts."""
    return np.frombuffer(joined, dtype=f"S{HASH_SIZE}")


def as_bytes(hashes: Hashes) -> list[bytes]:
    """Each whole: an item of such an array ends before its zeros."""
    return [each.tobytes() for each in np.ascontiguousarray(hashes).view(f"V{HASH_SIZE}")]


def hash_halves(hashes: Hashes) -> npt.NDArray[np.uint64]:
    """The two halves of each as numbers, shape (len(hashes), 2)."""
    return np.ascontiguousarray(hashes).view(">u8").reshape(len(hashes), 2).astype(np.uint64)


@dataclass(frozen=True, slots=True)
class BuildPart:
    """One of so many parts that share the texts of a build out: `number` from 1 to `of`."""

    number: int
    of: int

    def holds(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Of each text, whether it is this part's."""
        share: npt.NDArray[np.uint64] = hash_halves(hashes)[:, 0] % self.of
        return np.equal(share, self.number - 1)


class StoredVectors(Protocol):
    """Vectors by row."""

    def vectors(self, rows: IntArray) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class VectorSource:
    """The vectors of an earlier build and the hashes of their texts, by row."""

    hashes: Hashes
    vectors: StoredVectors


class KnownGeneration(Protocol):
    """A generation that a build compares with and takes from, every byte of it as written."""

    @property
    def facts(self) -> GenerationFacts: ...

    def sources(self) -> Iterator[SourceRow]:
        """The files that the articles came from, by location."""
        ...

    def left_out(self) -> frozenset[str]:
        """The ids of the articles that were read and not taken in, as the operator had asked."""
        ...

    def holds(self, article_id: str) -> bool: ...

    def vector_source(self, kind: RowKind) -> VectorSource: ...


class VectorWriter(Protocol):
    """The vectors of all rows of a kind, put in any order, then finished."""

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        """Write the vectors, shape (len(rows), d), of these rows."""
        ...

    def put_again(self, rows: IntArray, stored: StoredVectors, kept_from: IntArray) -> None:
        """Write those that stand at the rows `kept_from` of an earlier build, whose texts are the
        same; a store that has them already need not."""
        ...

    def get(self, rows: IntArray) -> Vectors:
        """The vectors that were put at these rows, shape (len(rows), d)."""
        ...

    def finish(self) -> None: ...


class GenerationWriter(Protocol):
    """A generation on its way: articles, passages, vectors, then the seal. Raises StoreError."""

    @property
    def id(self) -> str: ...

    @property
    def articles(self) -> ArticleWriter: ...

    @property
    def passages(self) -> PassageWriter: ...

    def note(self, source: SourceRow) -> None:
        """Keep what a file gave, for the next build."""
        ...

    def end_texts(self) -> None:
        """All articles and passages are in; what follows may be asked from now on."""
        ...

    def hashes(self, kind: RowKind) -> Hashes:
        """The hashes of the texts to embed, by row."""
        ...

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        """Article, heading and text of every passage or sentence, in row order, or of some rows.

        In context, a sentence that leans on an earlier one comes behind it.
        """
        ...

    def vectors(self, kind: RowKind, model: str, dimension: int) -> VectorWriter:
        """Where those of a model, of so many dimensions, go."""
        ...

    def seal(self, terms: BuildTerms, check: StopCheck) -> GenerationFacts:
        """Write the words and, last, the facts."""
        ...


class KeptVectors(Protocol):
    """Vectors kept batch by batch, for the next build if this one does not end."""

    def __len__(self) -> int:
        """How many vectors are kept."""
        ...

    def source(self) -> VectorSource:
        """Those that were kept when this was opened, for a build to take again."""
        ...

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        """Keep the vectors, shape (n, d), of the texts of these n joined hashes."""
        ...

    def close(self) -> None: ...


class PartTurn(Protocol):
    """One part of a build at work beside the others. Raises StoreError."""

    def draft(self) -> AbstractContextManager[GenerationWriter]:
        """Where the articles are read and cut; nothing of it is left at the end."""
        ...

    @property
    def kept(self) -> KeptVectors:
        """Where the vectors of finished batches go."""
        ...

    def stored(self, kind: RowKind, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Of each text, whether a build would find its vector."""
        ...


class BuildTurn(Protocol):
    """The one build at work in a store: nobody else writes as long as it lasts.

    `previous` is the generation in service if every byte of it can be trusted, whatever its model.
    Raises StoreError.
    """

    @property
    def previous(self) -> KnownGeneration | None: ...

    def put_aside(self) -> AbstractContextManager[KnownGeneration | None]:
        """The newest generation made after the one in service, which a rollback has put aside."""
        ...

    def kept_vectors(self, model: str, dimension: int) -> KeptVectors: ...

    def draft(self, *, alike: bool) -> AbstractContextManager[GenerationWriter]:
        """A generation to write. Where the previous one was read and cut `alike`, what it has of
        unchanged articles serves again.

        Nothing is left at the end of one that was not adopted.
        """
        ...

    def adopt(self, draft: GenerationWriter) -> None:
        """Have a sealed draft stay, whole; it is not in service yet."""
        ...

    def switch(self, draft: GenerationWriter) -> None:
        """Put an adopted draft in service: readers see the one before or this one, never less."""
        ...

    def clean(self) -> None:
        """Remove all but the generation in service and the one before, if nobody reads it."""
        ...
