"""The embedding model and the reader of a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from index.models.base import BUNDLED, NONE, Embedder, PassageReader


def load_embedder(
    name: str,
    cache_dir: Path,
    *,
    threads: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Embedder:
    """The model of this name: `bundled`, or any of Sentence Transformers by hub name or path.

    `cache_dir` and `progress(share, step)` are for preparing the
    bundled model; other models are kept where their library keeps them. Raises `ModelError`.
    """
    if name == BUNDLED:
        from index.models.bundled.embedder import load_bundled

        return load_bundled(cache_dir, threads=threads, progress=progress)
    from index.models.sentence_transformers import load_sentence_transformer

    return load_sentence_transformer(name, threads=threads)


def load_reader(
    name: str,
    cache_dir: Path,
    *,
    threads: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> PassageReader | None:
    """The reader of this name: `bundled`, any of Transformers by hub name or path, or `none`.

    The other arguments are those of `load_embedder`. Raises `ModelError`.
    """
    if name == NONE:
        return None
    if name == BUNDLED:
        from index.models.bundled.reader import load_bundled_reader

        return load_bundled_reader(cache_dir, threads=threads, progress=progress)
    from index.models.transformers_reader import load_transformers_reader

    return load_transformers_reader(name, threads=threads)
