"""Adapter for models of the Sentence Transformers library."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import ModelError, Words, reason_of
from index.models.base import BUNDLED, Prompts, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_TEXTS_AT_ONCE = 256
_REASON_LENGTH = 200  # characters
_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])(?!.*instruct)")


class SentenceTransformerEmbedder:
    """Any model of the Sentence Transformers library, with its own prompts."""

    def __init__(self, name: str, model: SentenceTransformer) -> None:
        self._model = model
        self._prompts = prompts_of(name, model.prompts)
        description = f"{self._prompts} {model.max_seq_length} {model}"
        self._id = f"{_short_name(name)}/{_fingerprint(model, description)}"
        self._dimension = int(self._encode([""], self._prompts.passage).shape[1])

    @property
    def id(self) -> str:
        return self._id

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            batch = texts[start : start + _TEXTS_AT_ONCE]
            vectors[start : start + len(batch)] = self._encode(batch, self._prompts.passage)
            if progress is not None:
                progress(len(batch))
        return vectors

    def embed_question(self, text: str) -> Vectors:
        vector: Vectors = self._encode([text], self._prompts.question)[0]
        return vector

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        vectors = self._model.encode(
            list(texts), prompt=prompt, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


def load_sentence_transformer(
    name: str, *, threads: int | None = None
) -> SentenceTransformerEmbedder:
    """Load a model by hub name or path. Raises ModelError, also if the library is missing."""
    if name.startswith((".", "/", "~")) and not Path(name).exists():
        raise ModelError("embedding-model-no-folder", name=name)
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        package = error.name or "torch"
        raise ModelError("embedding-model-no-library", name=name, package=package) from error
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        return SentenceTransformerEmbedder(name, SentenceTransformer(name))
    except Exception as error:
        reason = Words(str(reason_of(error))[:_REASON_LENGTH])
        raise ModelError(
            "embedding-model-not-loaded", name=name, reason=reason, bundled=BUNDLED
        ) from error


def prompts_of(name: str, prompts: Mapping[str, str | None]) -> Prompts:
    """Return a model's own prompts (`query`, `passage` or `document`), else those of the E5 family
    for its models."""
    question = prompts.get("query") or ""
    passage = prompts.get("passage") or prompts.get("document") or ""
    if not question and not passage and _E5.search(_short_name(name).lower()):
        return Prompts("query: ", "passage: ")
    return Prompts(question, passage)


def _short_name(name: str) -> str:
    """Return a model's hub name, or the last part of its path."""
    path = Path(name)
    return path.resolve().name if path.exists() else name


def _fingerprint(model: SentenceTransformer, description: str) -> str:
    """Hash a model's description and weights, in milliseconds: each parameter's name, shape, and
    first and last values."""
    digest = hashlib.sha256(description.encode())
    for name, values in model.state_dict().items():
        flat = values.detach().reshape(-1)
        ends = (flat[:16].tolist(), flat[-16:].tolist())
        digest.update(f"{name} {tuple(values.shape)} {ends}".encode())
    return digest.hexdigest()[:12]
