"""The generation in service, wherever the settings keep the index."""

from __future__ import annotations

from bot.settings import index_store, load_settings


def current_id() -> str | None:
    return index_store(load_settings()).current_id()
