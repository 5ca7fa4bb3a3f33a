"""What a server says of a generation: its facts, its place, and what an addition goes by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any, Protocol

from psycopg import sql

from index.errors import StoreError
from index.store.postgres.connections import Server
from index.store.postgres.schema import rows_of, schema_of
from index.store.postgres.vector_tables import VectorTables
from index.store.reader import GenerationFacts, RowKind


@dataclass(frozen=True, slots=True)
class Growth:
    """What an addition to a generation goes by.

    `base` is the number of the generation that its tables were made for, with so many articles
    (copies among them), passages and sentences; the next rows get the numbers `next_article` to
    `next_term`. `additions` are, by generation, how many articles and copies have come since, as
    their words lie together; `gone` counts those that have left.
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
    comparable: bool  # whether the articles that a new one may be a copy of can be found
    additions: tuple[tuple[int, int], ...] = ()
    gone: int = 0

    @property
    def added(self) -> int:
        return sum(size for _, size in self.additions)

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Growth:
        """Raises TypeError for what was not written so."""
        additions = tuple((number, size) for number, size in written["additions"])
        return cls(**{**written, "additions": additions})


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """A generation as one of its servers has it: `place` of `servers`, with so many rows.

    `growth` is None for what an earlier Selon wrote.
    """

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
        """The generation whose tables its rows are in."""
        return self.growth.base if self.growth else self.number

    @property
    def rows(self) -> sql.Identifier:
        """The schema of those tables."""
        return rows_of(self.growth.base) if self.growth else schema_of(self.number)

    def is_of(self, tables: VectorTables) -> bool:
        return tables.are_of(self.facts)

    def as_json(self) -> str:
        rows = [self.articles, self.passages, self.sentences]
        placed = {"place": self.place, "servers": self.servers, "rows": rows}
        growth = {"growth": asdict(self.growth)} if self.growth else {}
        return json.dumps({"facts": self.facts.as_json(), **placed, **growth})

    @classmethod
    def from_json(cls, number: int, written: str) -> ServerFacts:
        """Raises ValueError, KeyError or TypeError for what was not written so."""
        read = json.loads(written)
        facts = GenerationFacts.from_json(read["facts"])
        growth = Growth.from_json(read["growth"]) if "growth" in read else None
        articles, passages, sentences = read["rows"]
        placed = read["place"], read["servers"]
        return cls(facts, number, *placed, articles, passages, sentences, growth)


def place_of(article_id: str, servers: int) -> int:
    """The server that an article lies on, the same for ever."""
    digest = blake2b(article_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % servers


class Placed(Protocol):
    """What was written on a server as the one at `place`, from 0, of so many."""

    @property
    def place(self) -> int: ...
    @property
    def servers(self) -> int: ...


def check_place(server: Server, place: int, servers: int, written: Placed) -> None:
    """Raises StoreError where that was written on another server, or of other servers."""
    if (written.place, written.servers) != (place, servers):
        raise StoreError(
            "postgres-servers",
            shown=server.shown,
            place=place + 1,
            servers=servers,
            built_place=written.place + 1,
            built_servers=written.servers,
        )
