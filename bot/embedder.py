"""The embedding model of the settings."""

from __future__ import annotations

from collections.abc import Callable

from bot.settings import Settings
from index.models.base import Embedder
from index.models.factory import load_embedder


def open_embedder(
    settings: Settings, *, progress: Callable[[float, str], None] | None = None, lazy: bool = False
) -> Embedder:
    """Open the embedding model; the bundled one is prepared on its first use, and if `lazy` loaded
    with the first text.

    `progress` receives the fraction done and the current step. Raises ModelError.
    """
    return load_embedder(
        settings.embedding_model,
        settings.cache_dir,
        threads=settings.threads or None,
        progress=progress,
        lazy=lazy,
    )
