"""Loading of an embedding model by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from index.models.base import BUNDLED, Embedder


def load_embedder(
    name: str,
    cache_dir: Path,
    *,
    threads: int | None = None,
    progress: Callable[[float, str], None] | None = None,
    lazy: bool = False,
) -> Embedder:
    """Load `bundled`, or any model of Sentence Transformers by hub name or path.

    The bundled model is prepared in `cache_dir`, with calls of `progress(share, step)`, and if
    `lazy` loaded with the first text; other models are in their library's cache. Raises
    `ModelError`.
    """
    if name == BUNDLED:
        from index.models.bundled.embedder import load_bundled

        return load_bundled(cache_dir, threads=threads, progress=progress, lazy=lazy)
    from index.models.sentence_transformers import load_sentence_transformer

    return load_sentence_transformer(name, threads=threads)
