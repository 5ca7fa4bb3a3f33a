"""The generation in service, for reading its articles: whatever model it was built by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from index.store.files.generation import Generation


def open_articles(settings: Settings) -> Generation:
    """Raises NoIndex, DamagedIndex."""
    from index.store.files.generation import in_service, open_generation

    _, manifest = in_service(settings.data_dir)
    return open_generation(settings.data_dir, model=manifest.model, dimension=manifest.dimension)
