"""A generation's facts as PostgreSQL keeps them, with the state for additions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import sql

from index.errors import DamagedIndex, StoreError
from index.store.generation import GenerationFacts, RowKind
from index.store.postgres.layout import rows_of, schema_of


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
class PostgresManifest:
    """A generation's facts, number and `growth`, which is None if an earlier Selon wrote it."""

    facts: GenerationFacts
    number: int
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
        facts, growth = self.facts, {"growth": asdict(self.growth)} if self.growth else {}
        rows = [facts.articles + facts.copies, facts.passages, facts.sentences]
        # Earlier releases spread an index over several servers, and read these fields.
        position = {"place": 0, "servers": 1, "rows": rows}
        return json.dumps({"facts": facts.as_json(), **position, **growth})

    @classmethod
    def from_json(cls, number: int, text: str, label: str) -> PostgresManifest:
        """Raises DamagedIndex for invalid input, StoreError for a part of an index that an earlier
        release spread over several servers."""
        try:
            record = json.loads(text)
            servers = record["servers"]
            facts = GenerationFacts.from_json(record["facts"])
            growth = Growth.from_json(record["growth"]) if "growth" in record else None
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedIndex(
                "generation-altered", subject=label, generation=str(number)
            ) from error
        if servers != 1:
            raise StoreError(
                "postgres-shard", subject=label, place=record["place"] + 1, servers=servers
            )
        return cls(facts, number, growth)
