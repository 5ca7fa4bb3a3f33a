"""What models are to the rest of Selon: an embedder of texts, a reader of passages."""

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

BUNDLED = "bundled"  # the name of the models that Selon brings
NONE = "none"  # in the place of a model's name: there is none


@dataclass(frozen=True, slots=True)
class Prompts:
    """What stands before a text when it is embedded."""

    question: str
    passage: str


class Embedder(Protocol):
    """What turns passages and questions into comparable vectors.

    Vectors are L2-normalised, so that a dot product is a cosine. `id` names the model, its weights
    and how they were prepared: vectors made under another id cannot be compared with these.
    """

    @property
    def id(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of shape (number of texts, dimension), in the order of the texts.

        `progress(k)` is called after each batch of k texts, from the calling thread.
        """
        ...

    def embed_question(self, text: str) -> Vectors:
        """One vector of shape (dimension,)."""
        ...


@dataclass(frozen=True, slots=True)
class PassageText:
    """What is read of a passage: its text, and the title and the day of its article.

    `sentences` is where each begins and ends in the text; without any it is all one.
    """

    title: str
    published: date | None
    text: str
    sentences: tuple[tuple[int, int], ...] = ()


class PassageReader(Protocol):
    """What reads passages for a question, as a person would to find the answer.

    Processor work. `id` names the model, its weights and how they were prepared.
    """

    @property
    def id(self) -> str: ...

    def read(self, question: str, passages: Sequence[PassageText]) -> Sequence[PassageReading]:
        """One reading for each passage, in their order, read in batches."""
        ...
