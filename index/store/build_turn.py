"""The contract between a build and a store: the turn, the previous generation, the new one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.article import Article, SignedArticle
from index.models.base import IntArray, Vectors
from index.store.article_writer import ArticleWriter, PassageWriter
from index.store.articles import SourceRow
from index.store.reader import BuildTerms, GenerationFacts, RowKind

HASH_SIZE = 16  # bytes: 128 bits, so that two texts of one corpus never share a hash by chance
Hashes = npt.NDArray[np.bytes_]

StopCheck = Callable[[], None]  # called regularly during long work; it raises to stop it


def text_hash(text: str) -> bytes:
    """Hash that identifies an embedded text across generations."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_SIZE).digest()


def as_hashes(joined: bytes | bytearray) -> Hashes:
    """Split joined hashes into an array that sorts, one a row."""
    return np.frombuffer(joined, dtype=f"S{HASH_SIZE}")


def as_bytes(hashes: Hashes) -> list[bytes]:
    """Complete hashes; an item of the array itself ends before its trailing zeros."""
    return [each.tobytes() for each in np.ascontiguousarray(hashes).view(f"V{HASH_SIZE}")]


def hash_halves(hashes: Hashes) -> npt.NDArray[np.uint64]:
    """The two halves of each hash as numbers, shape (len(hashes), 2)."""
    return np.ascontiguousarray(hashes).view(">u8").reshape(len(hashes), 2).astype(np.uint64)


@dataclass(frozen=True, slots=True)
class BuildPart:
    """Part `number` (from 1) of the `of` parts that share the texts of a build."""

    number: int
    of: int

    def holds(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """For each text, whether it belongs to this part."""
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
    """An undamaged generation that a build compares with and reuses."""

    @property
    def facts(self) -> GenerationFacts: ...

    def sources(self) -> Iterator[SourceRow]:
        """The files that the articles came from, by location."""
        ...

    def left_out(self) -> frozenset[str]:
        """Ids of the articles that were read but left out, because the operator removed them."""
        ...

    def holds(self, article_id: str) -> bool: ...

    def vector_source(self, kind: RowKind) -> VectorSource: ...


class LendsVectors(Protocol):
    """Whatever has vectors of texts that a build may have to embed."""

    def vector_source(self, kind: RowKind) -> VectorSource: ...


class GrowableGeneration(KnownGeneration, Protocol):
    """A generation that an addition can be made to. Its articles and copies are found by their ids;
    unknown ids are left out."""

    def fingerprinted(self, ids: Collection[str]) -> Sequence[tuple[Any, ...]]:
        """What `index.article.FINGERPRINTED` names of them."""
        ...

    def signed(self, ids: Collection[str]) -> Sequence[SignedArticle]:
        """They as they are compared with others."""
        ...

    def titles(self) -> Iterator[tuple[str, bytes, str | None]]:
        """The title of every article and copy, the beginning of its signature, and its outlet."""
        ...

    def alike(self, keys: npt.NDArray[np.uint64], most: int) -> Sequence[str]:
        """The ids of those that have a key in common with these, `most` for each key."""
        ...

    def vectors_of(self, kind: RowKind, ids: Collection[str]) -> VectorSource:
        """The vectors of their texts."""
        ...


class VectorWriter(Protocol):
    """The vectors of all rows of a kind, put in any order, then finished."""

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        """Write the vectors, shape (len(rows), d), of these rows."""
        ...

    def put_again(self, rows: IntArray, stored: StoredVectors, kept_from: IntArray) -> None:
        """Write the vectors at the rows `kept_from` of an earlier build, whose texts are the same.

        A store that shares vectors between generations need not.
        """
        ...

    def get(self, rows: IntArray) -> Vectors:
        """The vectors that were put at these rows, shape (len(rows), d)."""
        ...

    def finish(self) -> None: ...


class GenerationWriter(Protocol):
    """A generation being written: articles, passages, vectors, then the seal. Raises StoreError."""

    @property
    def id(self) -> str: ...

    @property
    def articles(self) -> ArticleWriter: ...

    @property
    def passages(self) -> PassageWriter: ...

    def note(self, source: SourceRow) -> None:
        """Record what a file gave, for the next build."""
        ...

    def end_texts(self) -> None:
        """Declare all articles and passages written; the methods below need that."""
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
        """Writer of the vectors of a model with this dimension."""
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
        """The vectors that were there when this was opened, for the build to reuse."""
        ...

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        """Keep the vectors, shape (n, d), of the texts of these n joined hashes."""
        ...

    def close(self) -> None: ...


class PartTurn(Protocol):
    """One part of a build at work beside the others. Raises StoreError."""

    def draft(self) -> AbstractContextManager[GenerationWriter]:
        """Temporary draft in which the articles are read and cut."""
        ...

    @property
    def kept(self) -> KeptVectors:
        """Store of the vectors of finished batches."""
        ...

    def stored(self, kind: RowKind, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """For each text, whether a build would find its vector."""
        ...


class Addition(Protocol):
    """What is new, on its way into the generation before. Raises StoreError."""

    @property
    def writer(self) -> GenerationWriter: ...

    def take(self, ids: Collection[str]) -> None:
        """Write down these articles and copies of the generation before, copies of nothing."""
        ...

    def seal(
        self,
        gone: Collection[str],
        gone_sources: Collection[str],
        terms: BuildTerms,
        check: StopCheck,
    ) -> GenerationFacts:
        """Keep for good, without putting it in service yet, the generation before with what is
        written, and without the articles and copies `gone` and the files `gone_sources`."""
        ...

    def switch(self) -> None:
        """Put it in service, atomically for readers."""
        ...


class BuildTurn(Protocol):
    """The one build at work in a store: nobody else writes as long as it lasts.

    `previous` is the generation in service if every byte of it can be trusted, whatever its model.
    Raises StoreError.
    """

    @property
    def previous(self) -> KnownGeneration | None: ...

    @property
    def growable(self) -> GrowableGeneration | None:
        """The previous generation, where an addition can be made to it."""
        ...

    def addition(self) -> AbstractContextManager[Addition]:
        """An addition to the growable generation, discarded at the end unless sealed."""
        ...

    def put_aside(self) -> AbstractContextManager[KnownGeneration | None]:
        """The newest generation that a rollback took out of service, if any."""
        ...

    def kept_vectors(self, model: str, dimension: int) -> KeptVectors: ...

    def draft(self, *, alike: bool) -> AbstractContextManager[GenerationWriter]:
        """A new generation, discarded at the end unless adopted.

        If the previous one was read and cut `alike`, its unchanged articles are reused.
        """
        ...

    def adopt(self, draft: GenerationWriter) -> None:
        """Keep a sealed draft for good, without putting it in service yet."""
        ...

    def switch(self, draft: GenerationWriter) -> None:
        """Put an adopted draft in service, atomically for readers."""
        ...

    def clean(self) -> None:
        """Remove generations older than the previous one, unless they are being read."""
        ...
