"""A server's facts about a generation: its place, its rows, and the state for additions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from psycopg import sql

from index.store.postgres.schema import rows_of, schema_of
from index.store.reader import GenerationFacts, RowKind


@dataclass(frozen=True, slots=True)
class Growth:
    """The state that an addition starts from.

    `base` is the generation that the tables were created for, with so many `articles` (including
    copies), `passages` and `sentences`; `next_…` are the numbers of the next rows. `additions` are
    the merged additions: the number of the generation and its articles and copies. `gone` counts
    deleted ones. The field names are stored as JSON.
    """

    base: int
    articles: int
    passages: int
    sentences: int
    next_article: int
    next_passage: int
    next_sentence: int
    next_term: int
    average_lengths: Mapping[RowKind, float]
    comparable: bool  # True if likeness keys are stored for every article
    additions: tuple[tuple[int, int], ...] = ()
    gone: int = 0

    @property
    def added(self) -> int:
        return sum(size for _, size in self.additions)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Growth:
        """Raises TypeError for invalid input."""
        additions = tuple((number, size) for number, size in record["additions"])
        return cls(**{**record, "additions": additions})


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One server's part of a generation: `place` (from 0) of `servers`, and its numbers of rows.
    `growth` is None if an earlier Selon wrote it."""

    facts: GenerationFacts
    number: int
    place: int
    servers: int
    articles: int
    passages: int
    sentences: int
    growth: Growth | None = None

    @property
    def base(self) -> int:
        """The generation whose tables have its rows."""
        return self.growth.base if self.growth else self.number

    @property
    def rows(self) -> sql.Identifier:
        """Schema of those tables."""
        return rows_of(self.growth.base) if self.growth else schema_of(self.number)

    def as_json(self) -> str:
        rows = [self.articles, self.passages, self.sentences]
        position = {"place": self.place, "servers": self.servers, "rows": rows}
        growth = {"growth": asdict(self.growth)} if self.growth else {}
        return json.dumps({"facts": self.facts.as_json(), **position, **growth})

    @classmethod
    def from_json(cls, number: int, text: str) -> ServerFacts:
        """Raises ValueError, KeyError or TypeError for invalid input."""
        record = json.loads(text)
        facts = GenerationFacts.from_json(record["facts"])
        growth = Growth.from_json(record["growth"]) if "growth" in record else None
        articles, passages, sentences = record["rows"]
        place = record["place"], record["servers"]
        return cls(facts, number, *place, articles, passages, sentences, growth)


def place_of(article_id: str, servers: int) -> int:
    """Place of the server of an article; never changes."""
    digest = blake2b(article_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % servers
