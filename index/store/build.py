"""What a build and a store exchange; `index.store.writer` is the generation being written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.article import SignedArticle
from index.models.base import IntArray, Vectors
from index.store.articles import SourceRow
from index.store.generation import GenerationFacts

HASH_SIZE = 16  # bytes: 128 bits make accidental collisions negligible
Hashes = npt.NDArray[np.bytes_]

StopCheck = Callable[[], None]  # called regularly during long work; raises to stop it


def text_hash(text: str) -> bytes:
    """Hash that identifies an embedded text across generations."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_SIZE).digest()


def as_hashes(content: bytes | bytearray) -> Hashes:
    """Split joined hashes into a sortable array, one per row."""
    return np.frombuffer(content, dtype=f"S{HASH_SIZE}")


def batches(size: int, most: int) -> Iterator[slice]:
    """Slices of at most `most` rows that cover `size` rows."""
    return (slice(start, min(start + most, size)) for start in range(0, size, most))


VectorLookup = Callable[[IntArray], Vectors]  # the vectors of these rows, shape (len(rows), d)


@dataclass(frozen=True, slots=True)
class VectorSource:
    """Stored vectors and the hashes of their texts, by row."""

    hashes: Hashes
    vectors: VectorLookup


@dataclass(frozen=True, slots=True)
class MissingVectors:
    """The texts of a kind that must be embedded: a row of each, ascending. `saved_texts` counts
    those whose vectors an unfinished build has saved."""

    rows: IntArray
    saved_texts: int


class PreviousGeneration(Protocol):
    """An undamaged generation that a build compares with, reuses and adds to. Unknown ids are
    skipped."""

    @property
    def facts(self) -> GenerationFacts: ...

    def sources(self) -> Iterator[SourceRow]:
        """The files that articles came from, by location."""

    def left_out(self) -> frozenset[str]:
        """Ids of the articles left out because the operator removed them."""

    def signed(self, ids: Collection[str]) -> Sequence[SignedArticle]:
        """These articles and copies, as a build compares them."""

    def titles(self) -> Iterator[tuple[Any, ...]]:
        """Id, title, digest (start of the signature) and outlet of every article and copy."""

    def alike(self, keys: npt.NDArray[np.uint64], most: int) -> Sequence[str]:
        """Ids of the articles that share one of these keys, at most `most` per key."""
