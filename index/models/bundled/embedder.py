"""The bundled embedding model: an `Embedder` on ONNX Runtime."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelError, reason_of
from index.models.base import Embedder, Vectors
from index.models.bundled.cache import CACHE_FORMAT, MODEL, PrepareProgress, is_whole, prepare_model
from index.models.bundled.session import IDS, open_session
from index.models.bundled.tokenizer import Tokenizer
from index.models.bundled.weights import WEIGHTS_ID

if TYPE_CHECKING:
    import onnxruntime

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

    def __init__(self, cache_dir: Path, folder: Path, threads: int) -> None:
        self._cache_dir = cache_dir
        self._folder = folder
        self._threads = threads
        # The parts of an answer embed the same question.
        self._question = lru_cache(_RECENT_QUESTIONS)(partial(self._embed, QUESTION))

    @cached_property
    def model(self) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
        """The model, loaded once. Raises `ModelError`."""
        try:
            return _open(self._folder)
        except ModelError as error:
            if is_whole(self._folder, thorough=True):
                raise
            _log.warning("%s", error)
        return _open(prepare_model(self._cache_dir, fresh=True))

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

    def _embed(self, prefix: str, text: str) -> Vectors:
        tokenizer, session = self.model
        ids = np.array([tokenizer.encode(prefix + text, TOKENS)], dtype=np.int64)
        vector: Vectors = session.run(None, {IDS: ids})[0][0]
        vector.setflags(write=False)
        return vector


def load_bundled(
    cache_dir: Path,
    *,
    threads: int | None = None,
    progress: PrepareProgress | None = None,
    lazy: bool = False,
) -> Embedder:
    """Load the bundled model, prepared in `cache_dir` on first use with calls of `progress`.

    `threads` is the number of cores to use; `lazy` loads the prepared model with the first text,
    since its id is known without. Raises `ModelError`.
    """
    folder = prepare_model(cache_dir, progress=progress)
    embedder = BundledEmbedder(cache_dir, folder, threads or cores())
    if not lazy:
        _ = embedder.model
    return embedder


def _open(folder: Path) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
    try:
        return Tokenizer.load(folder), open_session(folder / MODEL)
    except Exception as error:  # ONNX Runtime's errors have no other common class
        reason = reason_of(error)
        raise ModelError("bundled-model-not-loaded", folder=folder, reason=reason) from error


def cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
