"""Which vectors of earlier builds serve again, so that only new texts are embedded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.models.base import IntArray, Vectors

HASH_SIZE = 16  # bytes: 128 bits, so that two texts of one corpus never share a hash by chance


Hashes = npt.NDArray[np.bytes_]


def text_hash(text: str) -> bytes:
    """What stands for an embedded text when generations are compared."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_SIZE).digest()


def as_hashes(joined: bytes | bytearray) -> Hashes:
    """One hash a row, in an array that sorts."""
    return np.frombuffer(joined, dtype=f"S{HASH_SIZE}")


class StoredVectors(Protocol):
    """Vectors by row."""

    def vectors(self, rows: IntArray) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class VectorSource:
    """The vectors of an earlier build and the hashes of their texts, by row."""

    hashes: Hashes
    vectors: StoredVectors
