"""Deleted articles and files of the segments of a generation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import DamagedIndex, reason_of

TOMBSTONES_FILE = "tombstones.json"


@dataclass(frozen=True, slots=True)
class Tombstones:
    """`articles`: by segment, ids of articles and copies that are deleted or replaced by a later
    segment. `sources`: locations of deleted files."""

    articles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return sum(map(len, self.articles.values()))

    def of(self, segment: str) -> frozenset[str]:
        return self.articles.get(segment, frozenset())

    def save(self, folder: Path) -> None:
        articles = {segment: sorted(ids) for segment, ids in sorted(self.articles.items()) if ids}
        content = json.dumps({"articles": articles, "sources": sorted(self.sources)})
        (folder / TOMBSTONES_FILE).write_text(content, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Tombstones:
        """Raises DamagedIndex."""
        path = folder / TOMBSTONES_FILE
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            articles = {segment: frozenset(ids) for segment, ids in record["articles"].items()}
            return cls(articles, frozenset(record["sources"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedIndex(
                "damaged-unreadable", subject=path, reason=reason_of(error)
            ) from error
