"""How much an embedder is given to read."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal, Protocol, runtime_checkable

from index.models.sentence_transformers import Embedder, Vectors

Unit = Literal["tokens", "words"]


@runtime_checkable
class CountsTokens(Protocol):
    """An embedder that can tell how many tokens its model reads in some texts."""

    def count_tokens(self, texts: Sequence[str]) -> int: ...


class Meter:
    """An embedder that counts what passes through it.

    Tokens are the model's own where it can count them, else words (see `unit_of`). `counting` is
    the time spent on that, in seconds, to be taken off the time measured around it.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.tokens = 0
        self.counting = 0.0

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        began = time.perf_counter()
        self.tokens += _count(self._embedder, texts)
        self.counting += time.perf_counter() - began
        return self._embedder.embed_passages(texts, progress=progress)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)


def unit_of(embedder: Embedder) -> Unit:
    """What `Meter.tokens` counts for this embedder."""
    return "tokens" if isinstance(embedder, CountsTokens) else "words"


def _count(embedder: Embedder, texts: Sequence[str]) -> int:
    if isinstance(embedder, CountsTokens):
        return embedder.count_tokens(texts)
    return sum(len(text.split()) for text in texts)
