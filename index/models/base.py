"""From texts to vectors whose cosine says how close in meaning they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    pass


Vectors = npt.NDArray[np.float32]


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
