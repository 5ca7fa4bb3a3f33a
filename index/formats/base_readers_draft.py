"""What a reader makes of a file, before it is an article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

Origin = Literal[
    "front matter",
    "json-ld",
    "opengraph",
    "html",
    "pdf",
    "docx",
    "epub",
    "feed",
    "sitemap",
    "nitf",
    "email",
    "fields",
    "address",
    "file name",
    "text",
    "detected",
]
"""Where a fact of the metadata was found; `fields` are those of a JSON or CSV record."""

_NOTHING: Mapping[str, Origin] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading on one line."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says about its article; None where it says nothing.

    A date is a datetime where the time is told, aware where its zone is. `origins` tells of each
    fact where it was found.
    """

    title: str | None = None
    author: str | None = None
    published: date | datetime | None = None
    url: str | None = None
    language: str | None = None
    outlet: str | None = None
    category: str | None = None
    updated: date | datetime | None = None
    origins: Mapping[str, Origin] = field(default_factory=lambda: _NOTHING, compare=False)

    @classmethod
    def told(cls, origin: Origin, **facts: Any) -> Metadata:
        """These facts, all found in one place; empty ones are left out."""
        known = {name: value for name, value in facts.items() if value}
        return cls(**known, origins=MappingProxyType(dict.fromkeys(known, origin)))

    def completed(self, other: Metadata) -> Metadata:
        """These facts, and the other's where these are silent."""
        mine = {name: getattr(self, name) for name in FACTS if getattr(self, name)}
        theirs = {
            name: getattr(other, name)
            for name in FACTS
            if name not in mine and getattr(other, name)
        }
        origins = {name: self.origins[name] for name in mine if name in self.origins}
        origins |= {name: other.origins[name] for name in theirs if name in other.origins}
        return Metadata(**mine, **theirs, origins=MappingProxyType(origins))

    def without(self, *names: str) -> Metadata:
        """These facts but the named ones."""
        kept = {name: getattr(self, name) for name in FACTS if name not in names}
        origins = {name: origin for name, origin in self.origins.items() if name not in names}
        return Metadata(**kept, origins=MappingProxyType(origins))


FACTS = tuple(each.name for each in fields(Metadata) if each.name != "origins")


@dataclass(frozen=True, slots=True)
class Draft:
    """The blocks of one article in reading order, and what its source says of it.

    `key` tells apart the articles of one file (a feed's guid, a record's id or line, the name of
    a member of an archive); empty where the file is one article.
    """

    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    key: str = ""
