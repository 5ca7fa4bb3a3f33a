"""The bundled embedding model: an `Embedder` on ONNX Runtime."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import onnxruntime

from index.errors import ModelError, reason_of
from index.models.base import Embedder, Vectors
from index.models.bundled.cache import CACHE_FORMAT, MODEL, PrepareProgress, is_whole, prepare_model
from index.models.bundled.session import IDS, open_session
from index.models.bundled.tokenizer import Tokenizer
from index.models.bundled.weights import WEIGHTS_ID

DIMENSION = 384
TOKENS = 512
PASSAGE, QUESTION = "passage: ", "query: "
_TEXTS_PER_THREAD = 32
_RECENT_QUESTIONS = 32
_log = logging.getLogger(__name__)


class BundledEmbedder:
    """multilingual-e5-small, fine-tuned by Selon for question answering.

    Each text is one run on one thread, several in parallel: without padding, a text's vector does
    not depend on other texts. Thread-safe.
    """

    def __init__(
        self, tokenizer: Tokenizer, session: onnxruntime.InferenceSession, threads: int
    ) -> None:
        self._tokenizer = tokenizer
        self._session = session
        self._threads = threads
        # The parts of an answer embed the same question.
        self._question = lru_cache(_RECENT_QUESTIONS)(partial(self._embed, QUESTION))

    @property
    def id(self) -> str:
        return f"multilingual-e5-small/{WEIGHTS_ID}/int8-{CACHE_FORMAT}"

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
                for row, vector in enumerate(pool.map(partial(self._embed, PASSAGE), batch)):
                    vectors[start + row] = vector
                if progress is not None:
                    progress(len(batch))
        return vectors

    def embed_question(self, text: str) -> Vectors:
        return self._question(text)

    def count_tokens(self, texts: Sequence[str]) -> int:
        """Return the number of tokens in these passages."""
        return sum(len(self._tokenizer.encode(PASSAGE + text, TOKENS)) for text in texts)

    def _embed(self, prefix: str, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(prefix + text, TOKENS)], dtype=np.int64)
        vector: Vectors = self._session.run(None, {IDS: ids})[0][0]
        vector.setflags(write=False)
        return vector


def load_bundled(
    cache_dir: Path, *, threads: int | None = None, progress: PrepareProgress | None = None
) -> Embedder:
    """Load the bundled model, prepared in `cache_dir` on first use with calls of `progress`.

    `threads` is the number of cores to use. Raises `ModelError`.
    """
    count = threads or cores()
    folder = prepare_model(cache_dir, progress=progress)
    try:
        return _open(folder, count)
    except ModelError as error:
        if is_whole(folder, thorough=True):
            raise
        _log.warning("%s", error)
    return _open(prepare_model(cache_dir, progress=progress, fresh=True), count)


def _open(folder: Path, threads: int) -> BundledEmbedder:
    try:
        return BundledEmbedder(Tokenizer.load(folder), open_session(folder / MODEL), threads)
    except Exception as error:  # ONNX Runtime's errors have no other common class
        reason = reason_of(error)
        raise ModelError("bundled-model-not-loaded", folder=folder, reason=reason) from error


def cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
