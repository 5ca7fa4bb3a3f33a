"""Registry of the kinds of sources: their readers and their options.

To add a kind: a reader (a module with `follow`), a row here, a test against a real server or its
recorded answers, a line in `docs/sources.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, cast

from index.fetch.gatherer import GatherEvent
from index.fetch.source import SourceContext, SourceSettings


class SourceReader(Protocol):
    """A reader: a module with this function."""

    def follow(self, source: SourceSettings, context: SourceContext, /) -> Iterator[GatherEvent]:
        """Store what has changed since the last reading, and yield an event for each change.

        Raises FetchError if the source cannot be read; what is stored stays.
        """
        ...


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source.

    `reader` names a module, imported when a source is read. `schemes` are those of its addresses;
    `options` the settings of its own, with their types.
    """

    reader: str
    schemes: tuple[str, ...]
    options: Mapping[str, type] = field(default_factory=dict)

    def load(self) -> SourceReader:
        return cast(SourceReader, import_module(self.reader))


_FOLDERS = ("file", "webdav", "webdavs", "s3", "sftp")
SOURCE_KINDS: Mapping[str, SourceKind] = MappingProxyType(
    {
        "web": SourceKind("index.fetch.gatherer", ("http", "https"), {"limit": int}),
        "wordpress": SourceKind(
            "index.fetch.wordpress",
            ("http", "https"),
            {"types": tuple, "status": tuple, "categories": tuple, "tags": tuple},
        ),
        "ghost": SourceKind(
            "index.fetch.ghost",
            ("http", "https"),
            {"types": tuple, "tags": tuple, "visibility": tuple},
        ),
        "mail": SourceKind("index.fetch.mailbox", ("imaps", "imap"), {}),
        "folder": SourceKind(
            "index.fetch.remote_folder", _FOLDERS, {"endpoint": str, "host_key": str}
        ),
        "agency": SourceKind("index.fetch.agency", _FOLDERS, {"endpoint": str, "host_key": str}),
    }
)
