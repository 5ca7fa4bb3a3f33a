"""The bundled embedding model: an `Embedder` on ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from index.models.base import Vectors
from index.models.bundled.cache import VECTORS_FORMAT, PrepareProgress, prepare_model
from index.models.bundled.encoder import (
    DIMENSION,
    PASSAGE,
    QUESTION,
    TOKENS,
    Encoder,
    load_encoder,
)
from index.models.bundled.weights import WEIGHTS_ID

_TEXTS_PER_THREAD = 32
_RECENT_QUESTIONS = 32


class BundledEmbedder:
    """multilingual-e5-small, fine-tuned by Selon for question answering.

    Each text is one run on one thread, several in parallel: without padding, a text's vector does
    not depend on other texts. Thread-safe.
    """

    def __init__(self, cache_dir: Path, threads: int) -> None:
        self._cache_dir, self._threads = cache_dir, threads
        # The parts of an answer embed the same question.
        self.question_vector_and_states = lru_cache(_RECENT_QUESTIONS)(
            partial(self._vector_and_states, QUESTION)
        )

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded on first use. Raises `ModelError`."""
        return load_encoder(self._cache_dir)

    @property
    def id(self) -> str:
        return f"multilingual-e5-small/{WEIGHTS_ID}/int8-{VECTORS_FORMAT}"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        size = _TEXTS_PER_THREAD * self._threads
        with ThreadPoolExecutor(self._threads) as pool:
            for start in range(0, len(texts), size):
                batch = texts[start : start + size]
                embedded = pool.map(partial(self._vector_and_states, PASSAGE), batch)
                for row, (vector, _) in enumerate(embedded):
                    vectors[start + row] = vector
                if progress is not None:
                    progress(len(batch))
        return vectors

    def embed_question(self, text: str) -> Vectors:
        return self.question_vector_and_states(text)[0]

    def _vector_and_states(self, prefix: str, text: str) -> tuple[Vectors, Vectors]:
        encoder = self.encoder
        states = encoder.states(encoder.tokenizer.encode(prefix + text, TOKENS))
        vector = encoder.vector(states)
        for values in (vector, states):
            values.setflags(write=False)
        return vector, states


def load_bundled(
    cache_dir: Path,
    *,
    threads: int | None = None,
    progress: PrepareProgress | None = None,
    lazy: bool = False,
) -> BundledEmbedder:
    """Load the bundled model, prepared in `cache_dir` on first use with calls of `progress`.

    `threads` is the number of cores to use; `lazy` loads the prepared model with the first text,
    since its id is known without. Raises `ModelError`.
    """
    prepare_model(cache_dir, progress=progress)
    embedder = BundledEmbedder(cache_dir, threads or cores())
    if not lazy:
        load_encoder(cache_dir)
    return embedder


def cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
