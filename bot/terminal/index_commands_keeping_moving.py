"""`selon rollback`, `selon export` and `selon import`: which index is in service, and where."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.locale.keeping import keeping_phrases_for
from bot.locale.terminal import terminal_phrases_for
from bot.settings import Settings
from bot.terminal.command import DONE
from bot.terminal.console import console_for, show
from bot.terminal.render import harmless
from bot.terminal.status import built_text


def roll_back(settings: Settings) -> int:
    """Put the generation before back. Raises NoIndex, StoreError, DamagedIndex, BuildLocked."""
    from index.store.files.transfer_index_rollback import rollback

    manifest = rollback(settings.data_dir)
    phrases = keeping_phrases_for(settings.language)
    built = built_text(manifest.built_at, settings.language)
    show(console_for(sys.stdout), phrases.in_service(manifest.id, built))
    return DONE


def export(settings: Settings, folder: Path) -> int:
    """Copy the index in service. Raises NoIndex, StoreError, DamagedIndex."""
    from index.store.files.transfer import export_index

    manifest = export_index(settings.data_dir, folder)
    size = terminal_phrases_for(settings.language).size(
        sum(stamp.size for stamp in manifest.files.values())
    )
    phrases = keeping_phrases_for(settings.language)
    show(console_for(sys.stdout), phrases.exported(manifest.articles, size, harmless(str(folder))))
    return DONE


def import_(settings: Settings, folder: Path) -> int:
    """Put an exported index in service. Raises DamagedIndex, StoreError, BuildLocked."""
    from index.store.files.transfer import import_index

    manifest = import_index(folder, settings.data_dir)
    phrases = keeping_phrases_for(settings.language)
    show(console_for(sys.stdout), phrases.imported(manifest.articles, manifest.id))
    return DONE
