"""Closed collections: which articles they hold, and which of them the reader of a task may read.

A task reads the open articles alone until somebody is named, so that a door that names nobody shows
nothing else.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingsError, UsageError
from bot.settings import Settings
from index.article import Selection
from index.errors import Words, reason_of

if TYPE_CHECKING:
    from index.formats.base import Options

_CONDITIONS = ("folders", "outlets", "categories")
_NAME = re.compile(r"\w[\w-]{0,63}")
_readable: ContextVar[frozenset[str]] = ContextVar("readable", default=frozenset())


def closed_collections(settings: Settings) -> Mapping[str, Selection]:
    """The closed collections by name. Raises SettingsError, also for a file that is missing:
    nothing shall open by mistake."""
    path = settings.collections
    if path is None:
        return {}
    try:
        status = path.stat()
        return _load(path, status.st_mtime_ns, status.st_size)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "collections-unreadable", subject=path, reason=reason_of(error)
        ) from error


@lru_cache(maxsize=1)
def _load(path: Path, modified: int, size: int) -> Mapping[str, Selection]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = Words(str(error))
        raise SettingsError("collections-unreadable", subject=path, reason=reason) from error
    return {name: _selection(name, table) for name, table in tables.items()}


def _selection(name: str, table: object) -> Selection:
    """Parse one table of the file. Raises SettingsError."""
    conditions = table if isinstance(table, dict) else {}
    values = {
        key: tuple(one.strip("/") for one in own)
        for key, own in conditions.items()
        if key in _CONDITIONS and isinstance(own, list) and all(isinstance(o, str) for o in own)
    }
    is_valid = values and all(own and all(own) for own in values.values())
    if not is_valid or len(values) < len(conditions) or not _NAME.fullmatch(name):
        raise SettingsError("collection-refused", subject=name, accepted=_CONDITIONS)
    outlets, categories = values.get("outlets", ()), values.get("categories", ())
    return Selection(outlets, categories, values.get("folders", ()))


def readable_collections() -> frozenset[str]:
    """The closed collections that the reader of this task may read."""
    return _readable.get()


def read_collections(names: frozenset[str]) -> None:
    """Let this task, and those that it starts, read these closed collections."""
    _readable.set(names)


@contextmanager
def reading(names: Collection[str]) -> Iterator[None]:
    """Like `read_collections`, within a block."""
    token = _readable.set(frozenset(names))
    try:
        yield
    finally:
        _readable.reset(token)


def closed_to_reader(settings: Settings) -> tuple[Selection, ...]:
    """The articles that the reader of this task may not read. Raises SettingsError."""
    readable = _readable.get()
    collections = closed_collections(settings)
    return tuple(own for name, own in collections.items() if name not in readable)


def keep_apart(settings: Settings, options: Options, paths: Collection[Path]) -> Options:
    """The options of a build in which no closed article is a copy of an open one.

    Raises UsageError if articles at these paths would not show the closed folder that they are in,
    as they are read from inside it.
    """
    from index.formats.sources import label_of

    closed = tuple(closed_collections(settings).values())
    for path, selection in product(paths, closed):
        whole, label = f"{os.path.abspath(path)}/", f"/{label_of(path)}/"  # noqa: PTH100 - as named
        for folder in selection.folders:
            if f"/{folder}/" in whole and f"/{folder}/" not in label:
                raise UsageError("collection-from-inside", subject=path, folder=folder)
    return replace(options, apart=closed)
