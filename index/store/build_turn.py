"""The contract between a build and a store: the turn, the previous generation, the new one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.article import Article, ArticleEntry, SignedArticle
from index.models.base import IntArray, Vectors
from index.store.article_writer import ArticleWriter, PassageWriter
from index.store.articles import SourceRow
from index.store.generation import BuildFacts, GenerationFacts, RowKind

HASH_SIZE = 16  # bytes: 128 bits make accidental collisions negligible
Hashes = npt.NDArray[np.bytes_]

StopCheck = Callable[[], None]  # called regularly during long work; raises to stop it


def text_hash(text: str) -> bytes:
    """Hash that identifies an embedded text across generations."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_SIZE).digest()


def as_hashes(content: bytes | bytearray) -> Hashes:
    """Split joined hashes into a sortable array, one per row."""
    return np.frombuffer(content, dtype=f"S{HASH_SIZE}")


def as_bytes(hashes: Hashes) -> list[bytes]:
    """Full hashes as bytes; NumPy's `S` items would lose trailing zeros."""
    return [each.tobytes() for each in np.ascontiguousarray(hashes).view(f"V{HASH_SIZE}")]


def hash_halves(hashes: Hashes) -> npt.NDArray[np.uint64]:
    """The two halves of each hash as numbers, shape (len(hashes), 2)."""
    return np.ascontiguousarray(hashes).view(">u8").reshape(len(hashes), 2).astype(np.uint64)


def batches(size: int, most: int) -> Iterator[slice]:
    """Slices of at most `most` rows that cover `size` rows."""
    return (slice(start, min(start + most, size)) for start in range(0, size, most))


@dataclass(frozen=True, slots=True)
class BuildPart:
    """Part `number` (from 1) of the `of` parts that share the texts of a build."""

    number: int
    of: int

    def holds(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """For each text, True if it belongs to this part."""
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


class ReusableGeneration(Protocol):
    """An undamaged generation that a build compares with and reuses."""

    @property
    def facts(self) -> GenerationFacts: ...

    def sources(self) -> Iterator[SourceRow]:
        """The files that articles came from, by location."""

    def left_out(self) -> frozenset[str]:
        """Ids of the articles left out because the operator removed them."""

    def holds(self, article_id: str) -> bool: ...

    def vector_source(self, kind: RowKind) -> VectorSource: ...


class GrowableGeneration(ReusableGeneration, Protocol):
    """A generation that can be added to. Methods that take ids of articles and copies skip unknown
    ones."""

    def entries(self, ids: Collection[str]) -> Sequence[ArticleEntry]: ...

    def fingerprint_rows(self, ids: Collection[str]) -> Sequence[tuple[Any, ...]]:
        """The columns `index.article.FINGERPRINTED`."""

    def signatures(self, ids: Collection[str]) -> Sequence[SignedArticle]: ...

    def titles(self) -> Iterator[tuple[Any, ...]]:
        """Id, title, digest (start of the signature) and outlet of every article and copy."""

    def alike(self, keys: npt.NDArray[np.uint64], most: int) -> Sequence[str]:
        """Ids of the articles that share one of these keys, at most `most` per key."""

    def vectors_of(self, kind: RowKind, ids: Collection[str]) -> VectorSource:
        """The vectors of these articles."""

    def count_rows(self, kind: RowKind, ids: Collection[str]) -> int:
        """Number of passages or sentences of these articles."""


class VectorWriter(Protocol):
    """Writes the vectors of all rows of a kind, in any order."""

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        """Write the vectors, shape (len(rows), d), of these rows."""

    def put_again(self, rows: IntArray, source: StoredVectors, source_rows: IntArray) -> None:
        """Copy the vectors at `source_rows` of an earlier build, whose texts are the same. A no-op
        in a store whose generations share vectors."""

    def get(self, rows: IntArray) -> Vectors:
        """Vectors already put at these rows, shape (len(rows), d)."""

    def finish(self) -> None: ...


class GenerationWriter(Protocol):
    """A generation being written: articles, passages, vectors, then `seal`. Raises StoreError."""

    id: str
    articles: ArticleWriter
    passages: PassageWriter

    def note(self, source: SourceRow) -> None:
        """Record what a file gave, for the next build."""

    def end_texts(self) -> None:
        """Declare all articles and passages written; required by the methods below."""

    def hashes(self, kind: RowKind) -> Hashes:
        """Hashes of the texts to embed, by row."""

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        """Yield article, heading and text of all or some passages or sentences, in row order. With
        `in_context`, a sentence that depends on an earlier one is prefixed with it."""

    def vectors(self, kind: RowKind, model: str, dimension: int) -> VectorWriter:
        """A writer for the vectors of this model."""

    def seal(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        """Write the words, then the facts."""


class VectorCheckpoint(Protocol):
    """Vectors saved batch by batch, so that an interrupted build can be resumed."""

    def __len__(self) -> int: ...

    def source(self) -> VectorSource:
        """The vectors that were there when this was opened."""

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        """Save vectors, shape (n, d), with the n joined hashes of their texts."""

    def close(self) -> None: ...


class PartTurn(Protocol):
    """One part of a build, beside others. Raises StoreError."""

    def draft(self) -> AbstractContextManager[GenerationWriter]:
        """A temporary draft in which articles are read and cut."""

    @property
    def checkpoint(self) -> VectorCheckpoint: ...

    def find_stored(self, kind: RowKind, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """For each text, True if a build would find its vector."""


class Addition(Protocol):
    """New articles being added to the previous generation. Raises StoreError."""

    @property
    def writer(self) -> GenerationWriter: ...

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
    def previous(self) -> ReusableGeneration | None: ...

    @property
    def growable(self) -> GrowableGeneration | None:
        """The previous generation, if it can be added to."""

    def addition(self) -> AbstractContextManager[Addition]:
        """An addition to the growable generation, discarded on exit unless sealed."""

    def put_aside(self) -> AbstractContextManager[ReusableGeneration | None]:
        """The newest generation that a rollback took out of service, if any."""

    def checkpoint(self, model: str, dimension: int) -> VectorCheckpoint: ...

    def draft(self, *, alike: bool) -> AbstractContextManager[GenerationWriter]:
        """A new generation, discarded on exit unless adopted. If the previous one was read and cut
        `alike`, its unchanged articles are reused."""

    def adopt(self, draft: GenerationWriter) -> None:
        """Make a sealed draft durable; it is not in service yet."""

    def switch(self, draft: GenerationWriter) -> None:
        """Put an adopted draft in service, atomically for readers."""

    def clean(self) -> None:
        """Remove generations older than the previous one, unless they are being read."""
