"""The ledger of a folder: where each of its files was fetched, and how to ask for news of it."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from index.formats.sources_readers_addresses import LEDGER

VERSION = 1
_LOCK = ".selon-addresses.lock"
_PATIENCE = 30.0  # seconds; another process holds the lock for milliseconds

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file: the address that gave it, what to tell the site next time, and what it holds.

    `fetched_at` is in UTC, ISO 8601; `content_type` is as the site said it; `asked` is the address
    that led there, if another did.
    """

    url: str
    sha256: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""
    asked: str | None = None


class Ledger:
    """The files of one folder by name; as it was read, or as it is to be written."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEDGER
        # As JSON has them: with thousands, to make and unmake all for one would take longest.
        self._told = _read(self._path)

    @property
    def names(self) -> list[str]:
        return sorted(self._told)

    def named(self, url: str) -> str | None:
        """The name of the file that was found at an address."""
        return self._with("url", url)

    def led_to(self, url: str) -> str | None:
        """The name of the file that an address led to."""
        return self._with("url", url) or self._with("asked", url)

    def of(self, name: str) -> Fetched:
        """What is told of a file. Raises KeyError."""
        return _fetched(self._told[name])

    def tell(self, name: str, fetched: Fetched) -> None:
        self._told[name] = asdict(fetched)

    def drop(self, name: str) -> None:
        self._told.pop(name, None)

    def save(self) -> None:
        """Whole, or not at all; one file a line. Raises OSError."""
        lines = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(self._told[name])}" for name in self.names
        )
        replace(self._path, f'{{"version": {VERSION}, "files": {{\n{lines}\n}}}}\n'.encode())

    def _with(self, key: str, url: str) -> str | None:
        return next((name for name, each in self._told.items() if each.get(key) == url), None)


@contextmanager
def changing(folder: Path) -> Iterator[Ledger]:
    """The ledger to change and save, while nobody else does. Raises OSError."""
    with FileLock(folder / _LOCK, timeout=_PATIENCE):  # its Timeout is an OSError
        yield Ledger(folder)


def replace(path: Path, data: bytes) -> None:
    """Put a file in place whole: a reader sees the one before or this one. Raises OSError."""
    draft = path.with_name(f".{path.name.lstrip('.')}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """What a ledger tells; one that is broken is set aside, not overwritten."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        told = json.loads(text)
        if told["version"] != VERSION:
            raise ValueError(f"version {told['version']!r} instead of {VERSION}")
        # A name is one of this folder: no other file is ever replaced or removed for it.
        return {name: dict(each) for name, each in told["files"].items() if Path(name).name == name}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        aside = path.with_name(f"{path.name}.broken")
        path.replace(aside)
        logger.warning(
            "%s: not a list of addresses (%s); kept as %s, and begun anew", path, error, aside.name
        )
        return {}


def _fetched(told: dict[str, Any]) -> Fetched:
    return Fetched(
        url=str(told.get("url")),
        sha256=str(told.get("sha256") or ""),
        fetched_at=str(told.get("fetched_at") or ""),
        etag=_text(told.get("etag")),
        last_modified=_text(told.get("last_modified")),
        content_type=_text(told.get("content_type")) or "",
        asked=_text(told.get("asked")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
