"""Protocols of the models: an embedder of texts, a reader of passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.findings import PassageReading

Vectors = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

BUNDLED = "bundled"  # name of the models that ship with Selon


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prefixes of texts to embed."""

    question: str
    passage: str


class Embedder(Protocol):
    """Model that turns passages and questions into comparable, L2-normalised vectors.

    `id` names the model, its weights and their preparation: vectors of different ids are not
    comparable.
    """

    @property
    def id(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return vectors of shape (number of texts, dimension), in the order of the texts.

        `progress(k)` is called after each batch of k texts, from the calling thread.
        """
        ...

    def embed_question(self, text: str) -> Vectors:
        """Return a vector of shape (dimension,)."""
        ...


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as the reader's input: its text, and the title and day of its article.

    `sentences` are their spans in the text; without any, the text is one sentence.
    """

    title: str
    published: date | None
    text: str
    sentences: tuple[tuple[int, int], ...] = ()


class PassageReader(Protocol):
    """Model that finds the answer to a question in passages.

    CPU-bound. `id` names the model, its weights and their preparation.
    """

    @property
    def id(self) -> str: ...

    def read(self, question: str, passages: Sequence[PassageText]) -> Sequence[PassageReading]:
        """Return one reading per passage, in their order."""
        ...
